"""This file answers the profile of an account that stands beside its score: what it pays, who owns it, what it decides next, and since when its band is so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, runs, scores
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.runs import PUBLISHED
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Viewer

DRAFT = "draft"


@dataclass(frozen=True)
class BandSince:
    """The first date of the scores on which a band was what it is, and the band before; each is none where there was no score."""

    on: date
    before: str | None


@dataclass(frozen=True)
class Profile:
    """An account as it is on `on`, the day of the latest import; `band_since` is none where stored scores do not tell."""

    account: AccountRow
    on: date | None
    currency: str
    band_since: BandSince | None


def profile(viewer: Viewer, installation: Installation, row: ScoreRow) -> Profile:
    """Give the profile of the account of a score; raises `accounts.NoSuchAccount`."""
    return Profile(
        accounts.account(viewer, row.account_id),
        accounts.current_on(viewer),
        installation.currency,
        band_since(viewer, row),
    )


def band_since(viewer: Viewer, row: ScoreRow) -> BandSince | None:
    """Find since when a score has its band, among the published scores of its dates and those before it.

    None where it has been so as far back as they go, where it is a draft's, whose bands are its own, and where it was
    overridden otherwise than the score that was published.
    """
    if row.kind == DRAFT:
        return None
    every = runs.latest_by_date(SYSTEM, PUBLISHED, row.as_of)
    bands = {each.as_of: each for each in scores.of_some(viewer, every, [row.account_id])}
    published = bands.get(row.as_of)
    if published and published.run_id == row.run_id and published.override != row.override:
        return None
    since = row.as_of
    for on in sorted((on for on in bands if on < row.as_of), reverse=True):
        if bands[on].band != row.band:
            return BandSince(since, bands[on].band)
        since = on
    return None
