"""This file tries a draft against the published card on all accounts, on the same date and facts, and keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from keepwell.app.actions import accounts, engines, scorecards
from keepwell.app.actions.scores import NothingPublished
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts as known
from keepwell.app.queries import runs, scores
from keepwell.app.queries import scorecards as versions
from keepwell.app.queries.runs import PUBLISHED
from keepwell.app.queries.scorecards import Version
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.health.definition import segment
from keepwell.health.definition.band import Band
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.engines.results import RunResult
from keepwell.health.explain import effects, preview, tree
from keepwell.health.explain.effects import Effect
from keepwell.health.explain.preview import AccountPreview
from keepwell.health.explain.tree import Branch

MOST_MOVERS = 10
Card: TypeAlias = tuple[Definition, RunResult]


@dataclass(frozen=True)
class Mover:
    """One account whose score moves far, and the effects that move it."""

    account: AccountPreview
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Preview:
    """A draft beside a published version; `before` and `after` are the bands of the two, from the top down.

    `left_out` counts the accounts that neither card is for.
    """

    version: int
    as_of: date
    through_batch: int
    currency: str
    before: tuple[Band, ...]
    after: tuple[Band, ...]
    rows: tuple[AccountPreview, ...]
    movers: tuple[Mover, ...]
    left_out: int


def try_out(
    *,
    installation: Installation,
    text: str,
    as_of: date,
    by: Actor,
    file: str = "scorecard.yaml",
) -> Preview:
    """Score every account by the latest published card and by the text of a draft. Publishes and keeps nothing.

    Raises `NothingPublished`, `engines.NothingLoaded`, `scorecards.Faulty`, and `IntegrityError`.
    """
    draft, version = scorecards.read(text, file=file), versions.latest(SYSTEM)
    if version is None:
        raise NothingPublished(
            "No scorecard is published yet, so there is nothing to compare with."
        )
    published = scorecards.read(version.text, file=f"version {version.number}")
    with engines.latest(installation) as snapshot, engines.opened(snapshot) as engine:
        bands = _bands_before(version, published, snapshot, as_of)
        before, after = (engine.score(card, as_of, bands(card)) for card in (published, draft))
        judged = _judged(snapshot, (published, before), (draft, after))
        seen = known.visible(by.viewer, {row.account_id for row in judged})
        rows = tuple(row for row in judged if row.account_id in seen)
        movers = _movers(rows, (published, before), (draft, after))
        known_by_then = known.visible(by.viewer, engine.standings(as_of))
    batch, currency = snapshot.batch, installation.currency
    return Preview(
        version.number, as_of, batch, currency, published.bands, draft.bands, rows, movers,
        len(known_by_then) - len(rows),
    )  # fmt: skip


def _bands_before(
    version: Version, published: Definition, snapshot: Snapshot, as_of: date
) -> Callable[[Definition], dict[str, str] | None]:
    """Find the bands that a card with a margin holds on to: those that the scores of the date held, where there are some,
    else those of the run before."""
    same = runs.same(SYSTEM, kind=PUBLISHED, digest=version.digest, through_batch=snapshot.batch)
    scored = (
        next((run for run in reversed(same) if run.as_of == as_of), None)
        if published.hysteresis
        else None
    )

    def held(card: Definition) -> dict[str, str] | None:
        if not card.hysteresis:
            return None
        if scored and card.name == published.name:
            return scores.computed_bands(SYSTEM, scored.before) if scored.before else None
        earlier = runs.latest_before(SYSTEM, as_of, name=card.name)
        return scores.computed_bands(SYSTEM, earlier.run_id) if earlier else None

    return held


def _judged(snapshot: Snapshot, published: Card, draft: Card) -> tuple[AccountPreview, ...]:
    """Put each account's two scores side by side, with its segment and revenue on the day before the date."""
    as_of, names = published[1].as_of, known.names(SYSTEM)
    current = {each.account_id: each for each in _current_accounts(snapshot, as_of)}
    before, after = (
        {each.account_id: each for each in card[1].scores()} for card in (published, draft)
    )
    # Whom only one of the two cards is for gains a score by it, or loses it.
    pairs = [
        tuple(each.get(name) or _none(name, as_of) for each in (before, after))
        for name in sorted(before.keys() | after.keys())
    ]
    return tuple(
        AccountPreview(
            account_id=one.account_id,
            name=names.get(one.account_id, one.account_id),
            segment=((stands := current.get(one.account_id)) and stands.segment) or None,
            revenue=stands.revenue if stands else None,
            before=one,
            after=other,
            turn=preview.turn(one, other, published[0].bands, draft[0].bands),
        )
        for one, other in pairs
    )


def _none(account_id: str, as_of: date) -> Score:
    return Score(account_id, as_of, None, None, None, 0.0, None, "left out")


def _current_accounts(snapshot: Snapshot, as_of: date) -> list[accounts.CurrentAccount]:
    """The accounts as the same facts have them: a row of the date itself does not count yet."""
    with snapshot.installation.duckdb.cursor() as cursor:
        return accounts.read(cursor, accounts.stored(snapshot), as_of - timedelta(days=1))


def _movers(rows: Sequence[AccountPreview], published: Card, draft: Card) -> tuple[Mover, ...]:
    furthest = preview.movers(rows, MOST_MOVERS)
    before, after = (
        _trees(card, [row.account_id for row in furthest]) for card in (published, draft)
    )
    return tuple(
        Mover(row, effects.between(before[row.account_id], after[row.account_id]))
        for row in furthest
    )


def _trees(card: Card, ids: Sequence[str]) -> dict[str, Branch]:
    """Nest the lines of some accounts, each by the card that applied to it."""
    definition, result = card
    table = result.lines_arrow
    lines: dict[str, list[Line]] = {}
    for row in table.filter(pc.is_in(table["account_id"], pa.array(ids, pa.string()))).to_pylist():
        lines.setdefault(row["account_id"], []).append(Line(**row))
    own = {
        score.account_id: score.segment for score in result.scores() if score.account_id in lines
    }
    return {
        account_id: tree.tree(
            segment.applied(definition, account_id, own[account_id]).definition, of_one
        )
        for account_id, of_one in lines.items()
    }
