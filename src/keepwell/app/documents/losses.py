"""This file lays out accounts that left: how each was scored before, and what would have told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keepwell import charts
from keepwell.app.documents import estimate_rows
from keepwell.app.documents.readers import Reader
from keepwell.app.formats import NONE
from keepwell.charts import Kind, Markup
from keepwell.health.judge import words
from keepwell.health.judge.judgement import Backtest, Loss


@dataclass(frozen=True)
class LossLine:
    """One account that left: how it was scored before, and what would have told."""

    shape: Markup
    kind: str  # the word of the style sheet
    band: str
    score: str
    name: str
    url: str
    left_on: str
    paid: str
    reason: str
    told: str


def blindsided(judged: Backtest, reader: Reader) -> list[LossLine]:
    """Lay out those that left though they had been healthy, those with the most revenue first."""
    missed = [each for each in judged.losses if each.is_blindsided]
    return [_line(each, reader) for each in sorted(missed, key=_largest_first)]


def leavers(judged: Backtest, reader: Reader) -> tuple[LossLine, ...]:
    """Lay out the accounts of the headline that left, as the headline scored them."""
    found = [
        replace(each, score=seen.score, band=seen.band)
        for seen in judged.decided
        if seen.has_left
        for each in judged.losses
        if each.account_id == seen.account_id and each.left_on >= seen.seen_on
    ]
    return tuple(_line(each, reader) for each in _first_each(found))


def _first_each(losses: Sequence[Loss]) -> list[Loss]:
    """Keep the first loss of each account, those with the most revenue first: who came back may have left again."""
    first: dict[str, Loss] = {}
    for each in sorted(losses, key=lambda loss: loss.left_on):
        first.setdefault(each.account_id, each)
    return sorted(first.values(), key=_largest_first)


def _largest_first(loss: Loss) -> float:
    return -(loss.revenue or 0.0)


def _line(each: Loss, reader: Reader) -> LossLine:
    kind: Kind = next((band.meaning for band in reader.bands if band.name == each.band), None)
    return LossLine(
        shape=charts.shape(kind, 11),
        kind=estimate_rows.word(kind),
        band=each.band or "No score",
        score=reader.score(each.score),
        name=reader.name(each.account_id),
        url=reader.page(each.account_id),
        left_on=reader.formats.day(each.left_on),
        paid=reader.money(each.revenue),
        reason=each.reason.replace("_", " ") or NONE,
        told=words.told(each, reader.labels),
    )
