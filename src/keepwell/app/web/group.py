"""This file shows which accounts an account belongs together with: the one above it, and those below with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.app import queries
from keepwell.app.queries.groups import Group
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.web import cells
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band

SHOWN = 8


@dataclass(frozen=True)
class Row:
    """One account of the group; without an id where the reader may not open it."""

    account_id: str
    name: str
    meaning: str | None
    word: str
    revenue: str


@dataclass(frozen=True)
class GroupCard:
    """The group of an account as its page shows it; `more` are the children that there is no room for."""

    parent: Row | None
    children: tuple[Row, ...]
    more: tuple[Row, ...]
    count: int
    others: int


def card(
    request: Request, account_id: str, run: ScoredRun | None, bands: Sequence[Band]
) -> GroupCard | None:
    """Give the card; none for an account that belongs to no group."""
    found = queries.groups.of_account(request.viewer, account_id, run, on=request.today)
    if found.is_empty:
        return None
    formats, currency = request.formats, request.here.currency
    children = []
    for each in found.children:
        account = each.account
        revenue = formats.money(account.revenue, currency) if account.revenue else ""
        meaning, word = _health(each.score, bands)
        children.append(Row(account.account_id, account.label, meaning, word, revenue))
    return GroupCard(
        _parent(found, bands),
        tuple(children[:SHOWN]),
        tuple(children[SHOWN:]),
        len(children) + found.others,
        found.others,
    )


def _parent(found: Group, bands: Sequence[Band]) -> Row | None:
    above = found.parent
    if above is None:
        return None
    if above.is_visible:
        meaning, word = _health(found.score, bands)
    else:
        meaning = next((band.meaning for band in bands if band.name == above.band), None)
        word = above.band or "No score"
    return Row(above.account_id if above.is_visible else "", above.name, meaning, word, "")


def _health(row: ScoreRow | None, bands: Sequence[Band]) -> tuple[str | None, str]:
    score = cells.score(row, bands) if row else None
    if score is None or score.meaning is None:
        return None, "No score"
    return score.meaning, f"{score.word} {score.number}"
