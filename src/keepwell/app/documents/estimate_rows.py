"""This file writes the rows of a judgement's tables: what is drawn in a cell stands beside it as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from keepwell import charts
from keepwell.app.formats import NONE
from keepwell.charts import Kind, Markup
from keepwell.health.definition.band import Band, band_of
from keepwell.health.judge import page_words, verdicts, words
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import Likelihood
from keepwell.health.judge.judgement import Backtest, Lead

MINUS = "\N{MINUS SIGN}"
LIKELY_AT = (20.0, 40.0, 60.0, 80.0, 100.0)  # scores at which the likelihood to renew is listed
MONTH = page_words.DAYS_A_MONTH
TONES = {"yes": "up", "yes_with_care": "up", "wrong_way": "down"}


@dataclass(frozen=True)
class BandLine:
    """One band: what share of its months ended in a leaving, and how that is to everybody's."""

    name: str
    kind: str  # the word of the style sheet
    shape: Markup
    bar: Markup
    share: str
    between: str
    lift: str
    counted: str


@dataclass(frozen=True)
class Alone:
    """One measure, or one segment, judged by itself; `tone` is up, down or muted."""

    name: str
    weight: str
    bar: Markup
    auc: str
    between: str
    known: str
    leavers: str
    word: str
    tone: str


@dataclass(frozen=True)
class Likely:
    """What share of accounts with a score stays."""

    score: str
    share: str
    between: str
    bar: Markup


@dataclass(frozen=True)
class LeadLine:
    """What the score says so many days ahead, beside what the days to the next decision alone say."""

    days: str
    auc: str
    leavers: str
    stayers: str
    everybody: str
    deadline: str
    gain: str
    without: str


def bands(
    judged: Backtest, kinds: Mapping[str, Kind], everybody: float | None
) -> tuple[BandLine, ...]:
    """Write the bands, the worst first, on one axis."""
    ends = [part.rate.high or part.rate.value or 0.0 for part in judged.bands]
    most = min(1.0, max([everybody or 0.0, 0.001, *ends]) * 1.02)
    lines = []
    for part in judged.bands:
        rate, kind = part.rate, kinds.get(part.name)
        interval = _interval(rate)
        lines.append(
            BandLine(
                name=part.name,
                kind=word(kind),
                shape=charts.shape(kind, 11),
                bar=charts.rate(rate.value, interval, everybody, most, kind, label=f"{part.name}: {words.rate(rate)}"),
                share=NONE if rate.value is None else words.percent(rate.value),
                between=words.percents(rate.low, rate.high),
                lift=NONE if part.lift.value is None else f"{part.lift.value:.1f}\N{MULTIPLICATION SIGN}",
                counted=f"{part.left:,} of {rate.rows:,}",
            )
        )  # fmt: skip
    return tuple(lines)


def tenths(judged: Backtest) -> tuple[tuple[str, ...], ...]:
    """Write the tenths of the scores: from where to where, the share that left, its interval, and how many."""
    return tuple(
        (
            f"{words.score(part.lowest)} to {words.score(part.highest)}",
            words.percent(part.rate.value),
            words.percents(part.rate.low, part.rate.high),
            f"{part.left:,} of {part.rate.rows:,}",
        )
        for part in judged.deciles
    )


def lead_times(judged: Backtest) -> tuple[tuple[str, ...], ...]:
    """Write the lead-time curve: months before, the AUC, its interval, leavers."""
    return tuple(
        (str(days // MONTH), auc(each), between(each), str(each.leavers))
        for days, each in judged.curve
    )


def measures(
    judged: Backtest, labels: Mapping[str, str], shares: Mapping[str, float]
) -> tuple[Alone, ...]:
    """Write the measures, the strongest first, on one axis."""
    ends = _axis([each.points for each in judged.measures])
    ordered = sorted(
        judged.measures,
        key=lambda each: (_is_too_few(each.points), -(each.points.value or 0.0), each.path),
    )
    return tuple(
        _alone(labels.get(each.path, each.path), each.points, ends, words.percent(shares.get(each.path)), words.percent(each.known))
        for each in ordered
    )  # fmt: skip


def raw_measures(judged: Backtest, labels: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Write the measures in the order of the card, with nothing concluded from them."""
    return tuple(
        (labels.get(each.path, each.path), _whole(each.points), words.percent(each.known))
        for each in judged.measures
    )


def segments(judged: Backtest) -> tuple[Alone, ...]:
    """Write the segments, each judged among its own accounts."""
    ends = _axis([each for _, each in judged.segments if not _is_too_few(each)])
    return tuple(_alone(name, each, ends, "", "") for name, each in judged.segments)


def likely(judged: Backtest, bands: Sequence[Band]) -> tuple[Likely, ...]:
    """Write what share of accounts stays at some scores."""
    told = judged.likelihood
    if not isinstance(told, Likelihood):
        return ()
    scores = np.array(LIKELY_AT)
    low, high = told.between(scores)
    rows = zip(LIKELY_AT, told.at(scores).tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(
        Likely(
            f"{score:g}", words.percent(share), words.percents(below, above),
            charts.rate(share, (below, above), None, 1.0, band_of(score, bands).meaning, label=words.likely(share, below, above)),
        )
        for score, share, below, above in rows
    )  # fmt: skip


def by_lead(judged: Backtest) -> tuple[LeadLine, ...]:
    """Write what the score says 30, 60, 90 and 180 days ahead."""
    return tuple(_lead(each) for each in judged.leads)


def word(kind: Kind) -> str:
    """Give the word of the style sheet for a kind of band."""
    return "risk" if kind == "at risk" else kind or "unknown"


def auc(each: Estimate) -> str:
    """Write an AUC.

    >>> auc(Estimate(0.5, None, None, 3, 4, 9, "apart"))
    '0.50'
    """
    return NONE if each.value is None else f"{each.value:.2f}"


def between(each: Estimate) -> str:
    """Write the interval of an AUC."""
    return "" if each.low is None or each.high is None else f"{each.low:.2f} to {each.high:.2f}"


def if_enough(each: Estimate) -> str:
    """Write an AUC with its interval, or that too few left or stayed to read one."""
    return "too few" if _is_too_few(each) else _whole(each)


def difference(each: Estimate) -> str:
    """Write the difference of two AUCs with its sign, or that too few left or stayed to read one."""
    return "too few" if _is_too_few(each) else _signed(each)


def _alone(name: str, each: Estimate, ends: tuple[float, float], weight: str, known: str) -> Alone:
    code = verdicts.predictive(each).code
    is_few = _is_too_few(each)
    value = None if is_few else each.value
    return Alone(
        name=name,
        weight=weight,
        bar=charts.power(value, None if is_few else _interval(each), ends, label=f"{name}: {words.auc(each)}" if value is not None else f"{name}: too few"),
        auc=NONE if is_few else auc(each),
        between="" if is_few else between(each),
        known=known,
        leavers=str(each.leavers),
        word=words.BRIEFLY[code],
        tone=TONES.get(code, "" if code == "a_little" else "muted"),
    )  # fmt: skip


def _is_too_few(each: Estimate) -> bool:
    return verdicts.too_few(each.leavers, each.stayers) is not None


def _axis(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Give an axis that holds all intervals, and guessing well within."""
    low = min([0.45, *(each.low for each in estimates if each.low is not None)])
    high = max([0.7, *(each.high for each in estimates if each.high is not None)])
    return max(0.0, low - 0.01), min(1.0, high + 0.01)


def _interval(each: Estimate) -> tuple[float, float] | None:
    return None if each.low is None or each.high is None else (each.low, each.high)


def _lead(found: Lead) -> LeadLine:
    without = f"{found.unscored} ({found.unscored_left} left)" if found.unscored else "0"
    return LeadLine(
        days=str(found.days),
        auc=_whole(found.headline),
        leavers=str(found.headline.leavers),
        stayers=str(found.headline.stayers),
        everybody=_whole(found.everybody),
        deadline=_whole(found.deadline),
        gain=_signed(found.gain),
        without=without,
    )


def _whole(each: Estimate) -> str:
    interval = between(each)
    return auc(each) + (f" ({interval})" if interval else "")


def _signed(each: Estimate) -> str:
    """Write a difference of two AUCs with its sign."""
    if each.value is None:
        return NONE
    said = _with_sign(each.value)
    if each.low is None or each.high is None:
        return said
    return f"{said} ({_with_sign(each.low)} to {_with_sign(each.high)})"


def _with_sign(number: float) -> str:
    return f"{number:+.2f}".replace("-", MINUS)
