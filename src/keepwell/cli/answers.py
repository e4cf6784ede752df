"""This file prints answers, and turns what went wrong into one clear message and an exit code: 1 rejected, 2 wrong use."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from keepwell.errors import Fault, KeepwellError

REFUSED, WRONG_USE = 1, 2
WIDE_ENOUGH = 160  # columns
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Refused(Exception):
    """The data or a document is not accepted; `faults` say what and where."""

    def __init__(
        self,
        message: str,
        faults: Sequence[Fault] = (),
        answer: object = None,
        lines: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.faults, self.answer, self.lines = tuple(faults), answer, tuple(lines)


class WrongUse(Exception):
    """The command was called in a way that has no meaning; the message says the way out."""


def console() -> Console:
    """Open the terminal. What is not one gets wide lines, so that nothing is cut off in a file or a pipe."""
    is_measured = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_measured else WIDE_ENOUGH)


def printable(text: str) -> str:
    """Take out what would move the cursor, colour the terminal or turn the direction of writing: names come from outside.

    >>> printable("Har\x1b[2Jbour")
    'Har\ufffd[2Jbour'
    """
    return _CONTROL.sub("\ufffd", text)


def outside(text: str) -> str:
    """Make words from outside safe to print where markup is read."""
    return escape(printable(text))


def say(*lines: str) -> None:
    """Print lines that may hold markup; what came from outside goes through `outside` first."""
    here = console()
    for line in lines:
        here.print(line, soft_wrap=True)


def as_json(answer: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(
        json.dumps(plain(answer), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    )


def plain(value: object) -> Any:
    """Turn rows, dates and decimals into what JSON knows.

    >>> plain({"on": date(2026, 11, 1), "amount": Decimal("1.50")})
    {'on': '2026-11-01', 'amount': 1.5}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, Path) else value


@contextmanager
def answering(json_asked: bool, debug: bool) -> Iterator[None]:
    """Run a command's body: whatever is raised becomes one message and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, KeyboardInterrupt, BrokenPipeError):
        raise
    except (
        Exception
    ) as error:  # the door's last line: nobody at a terminal should read a traceback unasked
        if debug:
            traceback.print_exc()
        _tell(error, json_asked)


def _tell(error: Exception, json_asked: bool) -> NoReturn:
    rejected = error if isinstance(error, Refused) else _known(error)
    if rejected is None and not isinstance(error, WrongUse):
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        rejected = Refused(
            f"Keepwell has failed ({what}). Run it again with --debug to see where, and tell its authors."
        )
    told = rejected or Refused(str(error))
    if json_asked:
        as_json(
            {
                **(plain(told.answer) if told.answer is not None else {}),
                "error": str(told),
                "faults": told.faults,
            }
        )
    else:
        there = Console(stderr=True, highlight=False, soft_wrap=True)
        for line in [*map(str, told.faults), *told.lines, *([str(told)] if str(told) else [])]:
            there.print(printable(line), markup=False)
    raise typer.Exit(WRONG_USE if isinstance(error, WrongUse) else REFUSED)


def _known(error: Exception) -> Refused | None:
    """Turn what actions and queries raise into one shape."""
    if not isinstance(error, KeepwellError):
        return None
    return Refused(summary(error.faults) if error.faults else str(error), error.faults)


def summary(faults: Iterable[Fault]) -> str:
    """Count faults in a sentence."""
    count = sum(1 for fault in faults if fault.is_error)
    return f"{count} fault{'' if count == 1 else 's'}; nothing was changed." if count else ""


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is going on, at a terminal only and beside the answer."""
    there = Console(stderr=True)
    if not there.is_terminal:
        yield
        return
    with there.status(f"{what} ..."):
        yield


@contextmanager
def progress(what: str) -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar for what takes long, at a terminal only and beside the answer; it goes when the work is done."""
    there = Console(stderr=True)
    if not there.is_terminal:
        yield None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=there, transient=True) as bars:
        task = bars.add_task(what, total=1.0)
        yield lambda name, done: bars.update(task, description=outside(name), completed=done)
