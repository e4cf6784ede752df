"""This file is `keepwell preview`: what a draft would change about all accounts, before it is published."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, opened, portfolios, working_copies
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Folder

if TYPE_CHECKING:
    from keepwell.app.actions.previews import Preview
    from keepwell.app.installation import Installation
    from keepwell.health.explain.preview import AccountPreview


def preview(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The draft's YAML file.")],
    as_of: AsOf = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Try a draft against the published card on all accounts. Publishes and keeps nothing."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        text, _ = working_copies.taken_apart(opened.card(card))
        with answers.working("Scoring by both cards"):
            found = actions.previews.try_out(
                installation=here, text=text, as_of=as_of or _day(here), file=str(card)
            )
        if as_json:
            answers.as_json(_answer(found, card))
        else:
            portfolios.show(answers.console(), found, card)


def _day(here: Installation) -> date:
    """The date of the latest published scores, so that people can compare; before them, all facts so far count."""
    latest = queries.scores.latest(opened.VIEWER)
    return latest.as_of if latest else clock.tomorrow(here.zone)


def _answer(found: Preview, card: Path) -> dict[str, object]:
    from keepwell.health.explain import preview as sums
    from keepwell.health.explain import prose

    scores = {
        "before": sums.distribution(row.before for row in found.rows),
        "after": sums.distribution(row.after for row in found.rows),
    }
    return {
        "file": card, "version": found.version, "as_of": found.as_of, "through_batch": found.through_batch,
        "currency": found.currency, "accounts": len(found.rows),
        "turned": {turn: sum(1 for row in found.rows if row.turn == turn) for turn in sums.TURNS},
        "bands": sums.matrix(found.rows), "scores": scores, "segments": sums.by_segment(found.rows),
        "movers": [
            {"account_id": each.account.account_id, "account_name": each.account.name, "points": each.account.points,
             "sentence": prose.preview(each.account.name, each.account.before, each.account.after, each.effects),
             "effects": each.effects}
            for each in found.movers
        ],
        "rows": [_row(row) for row in found.rows],
    }  # fmt: skip


def _row(row: AccountPreview) -> dict[str, object]:
    by = {
        name: {"score": score.score, "band": score.band, "meaning": score.meaning, "coverage": score.coverage,
               "segment": score.segment}
        for name, score in (("before", row.before), ("after", row.after))
    }  # fmt: skip
    return {
        "account_id": row.account_id, "account_name": row.name, "segment": row.segment, "revenue": row.revenue,
        "turn": row.turn, "points": row.points, **by,
    }  # fmt: skip
