"""This file scores an account by two versions over the same facts and date, keeps nothing, and tells what is different."""

from __future__ import annotations

from datetime import date

import pyarrow.compute as pc

from keepwell.app.actions import engines
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, changes, scorecards, scores
from keepwell.app.queries.changes import Change, Side
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.health.definition import segment
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Line
from keepwell.health.explain import score_change
from keepwell.health.explain.score_change import State


def between_versions(
    *,
    installation: Installation,
    account_id: str,
    first: int,
    second: int,
    as_of: date,
    by: Actor,
) -> Change:
    """Tell what the second version says differently of an account; overrides and the bands before are left aside.

    Raises `accounts.NoSuchAccount`, `scorecards.NoSuchVersion`, `engines.NothingLoaded`, `NotScored` and
    `IntegrityError`.
    """
    accounts.account(by.viewer, account_id)
    texts = [scorecards.version(SYSTEM, number).text for number in (first, second)]
    with engines.latest(installation) as snapshot, engines.opened(snapshot) as engine:
        before, after = (
            _side(engine, number, text, account_id, as_of)
            for number, text in zip((first, second), texts, strict=True)
        )  # fmt: skip
        if before[0].standing and after[0].standing:
            raise scores.not_scored(SYSTEM, account_id, as_of, after[0].standing)
    return changes.between(by.viewer, account_id, (before[0], after[0]), (before[1], after[1]))


def _side(
    engine: DuckDB, number: int, text: str, account_id: str, as_of: date
) -> tuple[Side, State]:
    definition = scorecards.read(SYSTEM, text)
    result = engine.score(definition, as_of)
    score = next((each for each in result.scores() if each.account_id == account_id), None)
    if score is None:
        standing = engine.standings(as_of).get(account_id)
        if standing is None:
            raise scores.not_scored(SYSTEM, account_id, as_of)
        return changes.left_out(definition, standing, as_of, number)
    own_lines = result.lines_arrow.filter(pc.equal(result.lines_arrow["account_id"], account_id))
    lines = [Line(**row) for row in own_lines.to_pylist()]
    own = segment.applied(definition, account_id, score.segment).definition
    state = score_change.state(own, lines, result.peers)
    return Side(
        None, as_of, number, score.score, score.score, score.band, score.segment, None, own.bands
    ), state
