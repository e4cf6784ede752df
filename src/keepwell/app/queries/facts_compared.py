"""This file answers which rows counted for a measure on one date and on another, row by row, from the facts behind both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from keepwell.app.queries.facts_behind import FactsBehind
from keepwell.health.scoring.rows import Row

# Why a row did not count on a date, or that it did: of a share those that do not pass count too. "not listed" is one of more
# rows than were read.
Verdict = Literal[
    "counted", "counted against", "not counted", "too old", "not yet", "not known yet", "not in force", "filtered out", "not listed",
]  # fmt: skip


@dataclass(frozen=True)
class ComparedRow:
    """One row behind a measure on either of two dates. `cells` are by column, written for people, as the later date has them."""

    on: date
    account_id: str
    id: str
    cells: dict[str, str]
    before: Verdict
    after: Verdict

    @property
    def is_changed(self) -> bool:
        return self.before.startswith("counted") != self.after.startswith("counted")


def compared(before: FactsBehind, after: FactsBehind) -> tuple[ComparedRow, ...]:
    """Put the rows of two dates together, the newest first. Of growth they are those of the newer window of each date."""
    earlier, later = (
        {(row.account_id, row.id): row for row in side.windows[0].rows} for side in (before, after)
    )
    found = []
    for key, row in {**earlier, **later}.items():
        side = after if key in later else before
        columns = side.windows[0].columns
        found.append(
            ComparedRow(
                row.on, row.account_id, row.id, {name: side.cell(name, cell) for name, cell in zip(columns, row.cells, strict=True)},
                _verdict(before, earlier.get(key), row), _verdict(after, later.get(key), row),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.on, each.id), reverse=True))


def _verdict(side: FactsBehind, own: Row | None, row: Row) -> Verdict:
    """Say whether a row counted on a date; `own` is the row as it was then, none where it was not among those selected."""
    window, measure = side.windows[0], side.measure
    if own is not None:
        if measure.take == "share":
            return "counted" if own.in_part else "counted against"
        # Of the latest, the lowest and the like one row alone is the number.
        has_mark = any(each.is_marked for each in window.rows)
        is_counted = own.is_marked if has_mark else own.in_part is not False
        return "counted" if is_counted else "not counted"
    if row.on >= window.until:
        return "not yet"
    if window.since is not None and row.on < window.since:
        return "too old"
    through = side.explanation.row.through_batch
    if through is not None and row.batch > through:
        return "not known yet"
    if window.count - window.hidden > len(window.rows) and row.on <= window.rows[-1].on:
        return "not listed"
    if measure.window.is_now:
        return "not in force"
    if measure.window.by_rhythm:
        return "too old"
    return "filtered out" if measure.where else "not counted"
