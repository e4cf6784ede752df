"""This file holds a judgement of a scorecard with what it stands on, and writes it as text that is read back to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from cattrs.preconf.json import make_converter

from keepwell.errors import NotReady
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.judgement import Backtest

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter

# How the scores of a month were had: made anew from what was known then, or from what had happened by then, or those that
# were published for the days before it.
Scores: TypeAlias = Literal["known", "happened", "published"]


@dataclass(frozen=True)
class Judged:
    """A backtest of one card; `file` names it, and `version` is its number where it is a published one.

    `survivors_until` is the day of the first load, where everything known before it is of customers that were still there:
    months before it are not judged. Of so many months published scores were computed later (`scored_later`). `against` is how another card did over the same months, and `difference` the AUC of
    this card less that of the other.
    """

    file: str
    version: int | None
    scores: Scores
    backtest: Backtest
    survivors_until: date | None = None
    scored_later: int = 0
    against: tuple[str, Backtest] | None = None
    difference: Estimate | None = None


class Outdated(NotReady):
    """A judgement was kept by a version of Keepwell that wrote it in another shape."""

    code = "J107"


def as_text(judged: Judged) -> str:
    """Write a judgement as JSON."""
    return _converter().dumps(judged, allow_nan=False)


def from_text(text: str) -> Judged:
    """Read what `as_text` wrote; raises `Outdated` where it was written in another shape."""
    try:
        return _converter().loads(text, Judged)
    except Exception as error:
        raise Outdated(
            "The newest judgement was kept by another version of Keepwell, and cannot be read.",
            way_out="Judge again: keepwell backtest --keep",
        ) from error


@cache
def _converter() -> JsonConverter:
    return make_converter()
