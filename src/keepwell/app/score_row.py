"""This file lists the fields of a score, once: the table, checksums, exports and answers take theirs from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple, get_type_hints


@dataclass(frozen=True)
class ScoreRow:
    """One account's score in a run; a live one belongs to no run.

    Scripts and exports are promised the names in this order: a new one is added at the end, and none is taken away.
    """

    run_id: str | None
    kind: str
    account_id: str
    as_of: date
    card: str
    version: int | None
    through_batch: int
    score: float | None
    computed_score: float | None  # beside an override; else the same as `score`
    band: str | None
    meaning: str | None
    override: str | None  # the reason, and whose judgement it is
    coverage: float | None
    freshness_days: float | None
    status: str
    trend: (
        float | None
    )  # points since the latest run for an earlier date; people are shown the move of `queries.trends`
    segment: str  # whose variant of the card applied
    segment_why: str
    computed_band: str | None  # what the next date's hysteresis holds on to


class OfRun(NamedTuple):
    """What the run knows of all its scores; a stored score does not repeat it."""

    run_id: str | None
    kind: str
    version: int | None
    through_batch: int


NAMES = tuple(field.name for field in fields(ScoreRow))
TYPES = {name: kind for name, kind in get_type_hints(ScoreRow).items() if name in NAMES}
# What scripts and files for others are promised; the rest belongs to the explanation.
PROMISED = tuple(name for name in NAMES if name not in ("segment", "segment_why", "computed_band"))
STORED = tuple(name for name in NAMES if name not in OfRun._fields)
_IN_ORDER = itemgetter(*((*OfRun._fields, *STORED).index(name) for name in NAMES))


def of_stored(of_run: OfRun, values: Sequence[Any]) -> ScoreRow:
    """Make the row of a stored score (`STORED`); a page has more than a thousand, and by name each would take twice as long."""
    return ScoreRow(*_IN_ORDER((*of_run, *values)))
