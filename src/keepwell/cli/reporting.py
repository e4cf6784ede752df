"""This file runs the body of a command, and turns whatever it raises into one clear message and an exit code."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import typer

from keepwell.app import representations, surroundings
from keepwell.cli import logs, output
from keepwell.errors import KeepwellError, WrongUse

REJECTED, WRONG_USE = 1, 2

log = logging.getLogger(__name__)


@dataclass
class Report:
    """What is known before something goes wrong; it is shown beside the error."""

    answer: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[str] = ()

    def beside(self, answer: Mapping[str, Any], lines: Sequence[str] = ()) -> None:
        """Show this too: `answer` in JSON, `lines` to people."""
        self.answer, self.lines = answer, lines


@contextmanager
def errors(as_json: bool, debug: bool) -> Iterator[Report]:
    """Run a command's body. The exit code is 2 for wrong use and 1 for everything else that went wrong."""
    report, began = Report(), monotonic()
    try:
        logs.begin(debug)
        yield report
        log.info("command finished", extra={"seconds": round(monotonic() - began, 3)})
    except (typer.Exit, typer.Abort, typer.BadParameter, KeyboardInterrupt, BrokenPipeError):
        raise
    except KeepwellError as error:
        _show(error, report, as_json, debug)
        raise typer.Exit(WRONG_USE if isinstance(error, WrongUse) else REJECTED) from error
    except Exception as error:  # an interface is where nobody should read a traceback unasked
        if found := surroundings.refused(error):
            _show(found, report, as_json, debug)
        else:
            _show_internal(error, report, as_json)
        raise typer.Exit(REJECTED) from error
    finally:
        logs.end()


def _show(error: KeepwellError, report: Report, as_json: bool, debug: bool) -> None:
    details = {"code": error.code, "error": str(error)}
    log.info("command rejected", extra=details, exc_info=error if debug else None)
    if as_json:
        output.print_json({**report.answer, **representations.errors.error(error)})
        return
    sentence = representations.errors.sentence(error)
    for line in [*map(str, error.faults), *report.lines, sentence]:
        output.note(line)


def _show_internal(error: Exception, report: Report, as_json: bool) -> None:
    """Show one line, and write the traceback into the log under a reference that both have."""
    reference = secrets.token_hex(4)
    log.error("internal error", extra={"reference": reference}, exc_info=error)
    what = f"{type(error).__name__}: {error}".rstrip(": ").rstrip(".")
    details = f" Details are in {logs.place()}." if logs.place() else ""
    sentence = (
        f"Internal error {reference}: {what}.{details} Rerun with --debug and please report it."
    )
    if as_json:
        output.print_json(
            {**report.answer, **representations.errors.internal_error(sentence, reference)}
        )
    else:
        output.note(sentence)
