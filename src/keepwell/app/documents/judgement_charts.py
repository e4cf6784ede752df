"""This file hands the figures of a judgement to the charts that draw them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keepwell import charts
from keepwell.charts import LeadTime, Markup, Size, Tenth, Zone
from keepwell.health.definition.band import Band, band_of
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import Likelihood
from keepwell.health.judge.judgement import Backtest
from keepwell.health.judge.landmarks import HEADLINE
from keepwell.health.judge.page_words import DAYS_A_MONTH
from keepwell.health.judge.rates import Part
from keepwell.health.judge.verdicts import CHANCE, USEFUL

NAMES = ((CHANCE, "guessing"), (USEFUL, "useful"), (1.0, "perfect"))
STEP = 1.0  # points of score between two places of the likely line


def rate_of_all(parts: Sequence[Part]) -> float | None:
    """Give the share of all rows that left: that of bands or tenths together, which hold every row with a score."""
    rows = sum(part.rate.rows for part in parts)
    return sum(part.left for part in parts) / rows if rows else None


def line(headline: Estimate, *, is_decided: bool) -> Markup:
    """Draw the headline on its line."""
    interval = None if headline.low is None or headline.high is None else (headline.low, headline.high)  # fmt: skip
    return charts.pairs(
        headline.value,
        interval,
        is_certain=is_decided,
        names=NAMES,
        title="Pairs in the right order",
    )


def tenths(judged: Backtest, bands: Sequence[Band]) -> Markup:
    """Draw the leaving rate by tenths of the score, beside that of the likelihood."""
    parts = [
        Tenth(part.lowest, part.highest, part.rate.value, part.rate.low, part.rate.high, band_of((part.lowest + part.highest) / 2, bands).meaning)
        for part in judged.deciles
        if part.lowest is not None and part.highest is not None
        and part.rate.value is not None and part.rate.low is not None and part.rate.high is not None
    ]  # fmt: skip
    likely: list[tuple[float, float]] = []
    if isinstance(judged.likelihood, Likelihood) and parts:
        scores = np.unique(
            np.r_[np.arange(parts[0].lowest, parts[-1].highest, STEP), parts[-1].highest]
        )
        likely = list(
            zip(scores.tolist(), (1 - judged.likelihood.at(scores)).tolist(), strict=True)
        )
    return charts.tenths(
        parts,
        everybody=rate_of_all(judged.deciles),
        likely=likely,
        title=f"Share that left within {HEADLINE} days, by tenths of the score",
    )


def lead_times(judged: Backtest) -> Markup:
    """Draw how early the score tells."""
    return charts.lead_times(
        [
            LeadTime(days // DAYS_A_MONTH, each.value, each.low, each.high, each.leavers)
            for days, each in judged.curve
        ],
        headline=HEADLINE // DAYS_A_MONTH,
    )


def strips(judged: Backtest, bands: Sequence[Band], size: Size = charts.DECISIONS) -> Markup:
    """Draw each account that decided by its score."""
    return charts.decisions(
        [each.score for each in judged.decided if each.has_left],
        [each.score for each in judged.decided if not each.has_left],
        [Zone(band.name, band.least, band.meaning) for band in bands],
        size=size,
        title="Score before each account decided",
    )
