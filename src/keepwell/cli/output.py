"""This file prints: lines and tables for people, one JSON document for scripts, and progress beside the answer."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape

WIDE_ENOUGH = 160  # columns
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def console() -> Console:
    """Open standard output. A file or a pipe gets wide lines, so that nothing is cut off."""
    is_measured = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_measured else WIDE_ENOUGH)


def stderr() -> Console:
    """Open standard error, for all that is not the answer."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """Replace what would move the cursor, color the terminal or reverse the direction of writing: names come from outside.

    >>> printable("Har\x1b[2Jbour")
    'Har\ufffd[2Jbour'
    """
    return _CONTROL.sub("\ufffd", text)


def escaped(text: str) -> str:
    """Make text from outside safe to print where markup is read."""
    return escape(printable(text))


def say(*lines: str) -> None:
    """Print lines that may hold markup; text from outside goes through `escaped` first."""
    here = console()
    for line in lines:
        here.print(line, soft_wrap=True)


def note(line: str) -> None:
    """Tell people something beside the answer, on standard error."""
    stderr().print(printable(line), markup=False)


def print_json(answer: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is going on, at a terminal only."""
    there = Console(stderr=True)
    if not there.is_terminal:
        yield
        return
    with there.status(f"{what} ..."):
        yield


@contextmanager
def progress(what: str) -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar for what takes long, at a terminal only; it goes away when the work is done."""
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
        yield lambda name, done: bars.update(task, description=escaped(name), completed=done)
