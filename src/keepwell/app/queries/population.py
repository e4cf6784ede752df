"""This file answers what accounts are on the date of a run, and which of them the run left out: former customers, trials, prospects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Account
from keepwell.app.models.scores import Score
from keepwell.app.queries import accounts, scores
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import NotScored
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.health.definition.customer import KINDS, Kind
from keepwell.health.engines.protocol import Standing


@dataclass(frozen=True)
class LeftOut:
    """One account that existed on the date of a run and has no score in it."""

    account: AccountRow
    standing: Standing


def standings(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    among: Collection[str] | None = None,
) -> dict[str, Standing]:
    """What accounts are on the date of a run, by the facts that it knew: all that had begun by then, or some."""
    return standings_on(viewer, installation, run.as_of, run.through_batch, among)


def standings_on(
    viewer: Viewer,
    installation: Installation,
    as_of: date,
    through_batch: int | None = None,
    among: Collection[str] | None = None,
) -> dict[str, Standing]:
    """What accounts are on a date, by all facts so far or those up to a load.

    It opens files of contracts with the engine, which takes it half a second to load.
    """
    from keepwell.app.queries import snapshots
    from keepwell.health.engines.duckdb import DuckDB

    with (
        snapshots.take(SYSTEM, installation, through_batch) as snapshot,
        installation.duckdb.cursor() as cursor,
    ):
        engine = DuckDB(snapshot.contracts(), cursor)
        found = engine.standings(as_of, None if among is None else sorted(among))
    seen = accounts.visible(viewer, found)
    return {name: standing for name, standing in found.items() if name in seen}


def left_out(
    viewer: Viewer, run: ScoredRun, standing: Mapping[str, Standing]
) -> dict[str, Standing]:
    """Those of some accounts that have no score in a run."""
    scored = set(Score.objects.filter(run=run.run_id).values_list("account_id", flat=True))
    return {name: each for name, each in standing.items() if name not in scored}


def how_many_left_out(viewer: Viewer, run: ScoredRun) -> int:
    """How many accounts that existed on the date of a run have no score in it: told by the database alone."""
    begun = Q(started_on__isnull=True) | Q(started_on__lt=run.as_of)
    scored = Score.objects.filter(run=run.run_id, account_id=OuterRef("account_id"))
    return viewer.visible(Account.objects.filter(begun)).exclude(Exists(scored)).count()


def count(viewer: Viewer, installation: Installation, run: ScoredRun) -> dict[Kind, int]:
    """How many accounts existed on the date of a run and were left out, by what they are."""
    return by_kind(viewer, left_out(viewer, run, standings(viewer, installation, run)))


def by_kind(viewer: Viewer, standing: Mapping[str, Standing]) -> dict[Kind, int]:
    """Count accounts by what they are, without those that there are none of."""
    counted = Counter(each.kind for each in standing.values())
    return {kind: counted[kind] for kind in KINDS if counted[kind]}


def listed(
    viewer: Viewer,
    left: Mapping[str, Standing],
    *,
    owner: str | None = None,
    segment: str | None = None,
    renews_within: tuple[date, int] | None = None,
    revenue: float | None = None,
) -> tuple[LeftOut, ...]:
    """The accounts that were left out and are wanted, by kind and then by name."""
    known = accounts.by_id(viewer, left)
    rows = [
        LeftOut(account, left[account_id])
        for account_id, account in known.items()
        if (owner is None or account.owner == owner)
        and (segment is None or account.segment == segment)
        and (renews_within is None or account.next_decision(*renews_within) is not None)
        and (revenue is None or (account.revenue or 0) >= revenue)
    ]
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                KINDS.index(row.standing.kind),
                row.account.label.casefold(),
                row.account.account_id,
            ),
        )
    )


def row(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    account_id: str,
    *,
    on: date | None = None,
) -> ScoreRow:
    """One account's score in a run; raises `NotScored` that says what it was instead, and since when."""
    try:
        return scores.row(viewer, run, account_id, on=on)
    except NotScored:
        standing = standings(viewer, installation, run, [account_id]).get(account_id)
        raise scores.not_scored(viewer, account_id, run.as_of, standing) from None
