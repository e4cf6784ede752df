"""This file reads what a page of the book expects: scores, lines, a change with its steps, a
history, or moves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

EVERY_BATCH = 1_000_000
HEADING = re.compile(
    r"(?P<kind>scores|lines|moves|history|change)(?: of (?P<account_id>\S+))?(?: from (?P<since>\S+) to| on)? (?P<as_of>\S+)"
    r"(?: by version (?P<version>\d))?(?: after (?P<after>[\d, -]+))?(?: through load (?P<batch>\d+))?"
)


@dataclass(frozen=True)
class Expected:
    """What must come out on a date: text cells by column, one row for each account, line, step or
    date.

    `version` counts the cards of the page. `through_batch` is the latest load that is scored; facts
    loaded later are not read. `after` are the dates that were scored before, one after the other,
    each with the bands of the one before it. A change is of one account, from the date `since` and
    the page's first card.
    """

    kind: str
    as_of: date
    rows: list[dict[str, str]]
    through_batch: int = EVERY_BATCH
    after: tuple[date, ...] = ()
    version: int = 1
    account_id: str = ""
    since: date | None = None


def read(
    sections: Sequence[tuple[str, str]], tables: Mapping[str, list[dict[str, str]]]
) -> list[Expected]:
    """Read the sections that expect something; moves are measured over the dates of the page's
    history."""
    history = [date.fromisoformat(row["as_of"]) for row in tables.get("history", ())]
    return [
        _read(heading, tables[heading], history)
        for heading, _ in sections
        if heading.startswith(("scores on", "lines on", "change of", "moves on"))
        or heading == "history"
    ]


def _read(heading: str, rows: list[dict[str, str]], history: Sequence[date]) -> Expected:
    found = HEADING.fullmatch(f"history {max(history)}" if heading == "history" else heading)
    assert found, f"unknown heading: {heading}"
    kind, as_of = found["kind"], date.fromisoformat(found["as_of"])
    after = tuple(date.fromisoformat(day) for day in (found["after"] or "").split(", ") if day)
    if kind in ("history", "moves"):
        after = tuple(on for on in history if on < as_of)
    assert (kind == "change") == bool(found["account_id"]), f"a change is of an account: {heading}"
    since = (
        date.fromisoformat(found["since"])
        if found["since"]
        else as_of
        if kind == "change"
        else None
    )
    return Expected(
        kind, as_of, rows, int(found["batch"] or EVERY_BATCH), after, int(found["version"] or 1), found["account_id"] or "",
        since,
    )  # fmt: skip
