"""This file prints: lines and tables for people, one JSON document for scripts, and progress beside the answer."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

WIDE_ENOUGH = 160  # columns
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HALVES = re.compile(
    "[\ud800-\udfff]"
)  # of surrogate pairs: the bytes of a file's name that is not UTF-8


def console() -> Console:
    """Open standard output. A file or a pipe gets wide lines, so that nothing is cut off."""
    is_measured = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_measured else WIDE_ENOUGH)


def stderr() -> Console:
    """Open standard error, for all that is not the answer."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """Replace what would move the cursor, color the terminal, reverse the direction of writing or cannot be written at all.

    Names come from outside.

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
    text = json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n")


@dataclass(frozen=True)
class Column:
    """One column of a list; cells of a column that `folds` go on in the next line where the terminal is narrow."""

    name: str
    is_number: bool = False
    folds: bool = False


def print_list(columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> None:
    """Print a list that may have thousands of rows: a table of Rich measures and wraps every cell, several times."""
    here = console()
    names = [Text(column.name, style="bold") for column in columns]
    widths = _widths(columns, [names, *rows], here.width)
    lines = Text()
    for row in (names, *rows):
        folded = [
            [cell] if cell.cell_len <= width else cell.wrap(here, width, overflow="fold")
            for cell, width in zip(row, widths, strict=True)
        ]
        for nth in range(max(map(len, folded))):
            gap = ""
            for column, width, parts in zip(columns, widths, folded, strict=True):
                part = parts[nth] if nth < len(parts) else Text()
                part.rstrip()
                pad = " " * (width - part.cell_len)
                before, after = (pad, "") if column.is_number else ("", pad)
                lines.append(gap + before).append_text(part).append(after)
                gap = "  "
            lines.append("\n")
    here.print(lines, soft_wrap=True, end="")


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]], available: int) -> list[int]:
    """Give columns that do not fold what they need, and let the others share the rest, the shortest first."""
    widths = [max(cell.cell_len for cell in cells) for cells in zip(*rows, strict=True)]
    folding = sorted(
        (nth for nth, column in enumerate(columns) if column.folds), key=lambda nth: widths[nth]
    )
    kept = sum(width for nth, width in enumerate(widths) if nth not in folding)
    rest = available - kept - 2 * (len(columns) - 1)
    for left, nth in zip(range(len(folding), 0, -1), folding, strict=True):
        widths[nth] = max(1, min(widths[nth], rest // left))
        rest -= widths[nth]
    return widths


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
