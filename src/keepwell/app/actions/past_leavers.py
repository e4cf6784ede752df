"""This file tries a draft on those who left in the last year: what it would have said of them, beside the published card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.app.actions import backtests
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from keepwell.app.queries import accounts
from keepwell.app.queries import scorecards as versions
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.health.judge.judgement import Loss
from keepwell.health.judge.landmarks import HEADLINE

A_YEAR = timedelta(days=365)
WITHOUT_INTERVALS = 2  # draws: what is listed has no interval


@dataclass(frozen=True)
class PastLeaver:
    """One account that left, as either card had it up to 90 days before."""

    name: str
    before: Loss
    after: Loss


@dataclass(frozen=True)
class PastLeavers:
    """Those who left between two days, of the accounts that may be seen; those who paid the most first."""

    since: date
    until: date
    rows: tuple[PastLeaver, ...]


def run(
    *, installation: Installation, text: str, by: Actor, file: str = "scorecard.yaml"
) -> PastLeavers | None:
    """Score last year's leavers by the published card and by a draft, by what had happened before; none where nobody is known.

    Raises `NotAllowed`, `scorecards.Faulty`, `engines.NothingLoaded` and `IntegrityError`.
    """
    by.require("publish")
    version = versions.latest(SYSTEM)
    if version is None:
        return None
    try:
        found = backtests.run(
            installation=installation, by=by, text=text, file=file, against=(version.text, f"version {version.number}"),
            made="happened", draws=WITHOUT_INTERVALS, last_days=A_YEAR.days + HEADLINE,
        )  # fmt: skip
    except backtests.NothingToJudge:
        return None
    return _of(found, accounts.names(by.viewer))


def _of(found: Judged, names: Mapping[str, str]) -> PastLeavers:
    assert found.against is not None
    until = found.backtest.until
    since = until - A_YEAR
    pairs = zip(found.against[1].losses, found.backtest.losses, strict=True)
    rows = [
        PastLeaver(names[before.account_id], before, after)
        for before, after in pairs
        if before.left_on >= since and before.account_id in names
    ]
    rows.sort(key=lambda row: (-(row.after.revenue or 0.0), row.after.account_id))
    return PastLeavers(since, until, tuple(rows))
