"""This file lays out losses one by one, where too few left for figures."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.app.documents.readers import Reader
from keepwell.health.judge import case_words
from keepwell.health.judge.judgement import Backtest, Case


@dataclass(frozen=True)
class CaseLine:
    """One loss: what was lost, how the score had gone, what moved, and what was written down meanwhile."""

    name: str
    url: str
    lost: str
    score: str
    moved: str
    noted: str


def newest_first(judged: Backtest, reader: Reader) -> tuple[CaseLine, ...]:
    """Lay out every loss; none where enough left for figures."""
    return tuple(_line(each, reader) for each in reversed(judged.cases))


def note(judged: Backtest, reader: Reader) -> str:
    """Say why losses are told one by one, and when there will be figures."""
    return case_words.heading(judged, reader.formats.day)


def _line(case: Case, reader: Reader) -> CaseLine:
    day, month = reader.formats.day, reader.formats.month
    paid = "" if case.revenue is None else reader.whole_money(case.revenue)
    return CaseLine(
        name=reader.name(case.account_id),
        url=reader.page(case.account_id),
        lost=case_words.what(case, paid, day),
        score=case_words.history(case, month),
        moved=case_words.moved(case, reader.labels),
        noted=case_words.noted(case, day),
    )
