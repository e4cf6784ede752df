"""This file sets up logging for one command: JSON lines in the workspace's data/logs, quiet unless asked."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from keepwell.errors import WrongUse

LEVELS = ("debug", "info", "warning", "error")
QUIET = "warning"
TERMINAL = logging.Formatter("%(levelname)s %(name)s: %(message)s")
LARGEST = 5_000_000  # bytes, from which on a new file is begun and one older file is left
FILE = Path("data") / "logs" / "keepwell.log"
# What every record has; the rest of its attributes are those that the caller gave.
USUAL = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

_handlers: list[logging.Handler] = []
_place: Path | None = None


class JsonLines(logging.Formatter):
    """One JSON object a line: when, how grave, who says it, what, and whatever else was given."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in USUAL},
        }
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


class LazyFile(logging.FileHandler):
    """A file that is made, with its folder, by the first line: a quiet command leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        path = Path(self.baseFilename)
        with suppress(OSError):
            if self.stream is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.exists() and path.stat().st_size > LARGEST:
                    path.replace(path.with_suffix(".log.1"))
            super().emit(record)

    def close(self) -> None:
        with suppress(OSError):  # what was not written yet is written now, if there is room
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:
        """Let a full disk or a read-only folder not hide what was to be written down."""


def begin(debug: bool) -> None:
    """Set the level, by --debug, else by KEEPWELL_LOG, else only warnings; with --debug also write to the terminal."""
    named = os.environ.get("KEEPWELL_LOG", "").lower() or QUIET
    if named not in LEVELS:
        raise WrongUse(f"KEEPWELL_LOG is `{named}`; use one of {', '.join(LEVELS)}.")
    logging.getLogger().setLevel("DEBUG" if debug else named.upper())
    # Without any handler Python itself would print warnings to the terminal.
    _add(logging.StreamHandler(sys.stderr) if debug else logging.NullHandler(), TERMINAL)


def write_to(workspace: Path) -> None:
    """Write what is logged from now on into a workspace."""
    global _place
    _place = workspace / FILE
    _add(LazyFile(_place), JsonLines())


def place() -> Path | None:
    """Tell which file the log is written to, if any."""
    return _place


def end() -> None:
    """Take back what `begin` and `write_to` set up."""
    global _place
    _place = None
    while _handlers:
        handler = _handlers.pop()
        logging.getLogger().removeHandler(handler)
        handler.close()
    logging.getLogger().setLevel(QUIET.upper())


def _add(handler: logging.Handler, formatter: logging.Formatter) -> None:
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    _handlers.append(handler)
