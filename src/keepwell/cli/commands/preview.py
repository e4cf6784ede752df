"""This file is `keepwell preview`: what a draft would change for all accounts, before it is published."""

from __future__ import annotations

from keepwell.app import actions, representations
from keepwell.cli import card_files, clock, dates, output, preview_tables, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Card, Debug, Folder


def preview(
    card: Card,
    as_of: AsOf = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Try a draft on all accounts and compare it with the published card. Nothing is published or stored."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        text = card_files.read(card)
        day = dates.chosen(here, "compare", as_of)
        with output.working("Scoring with both cards"):
            found = actions.previews.try_out(
                installation=here, by=clock.operator(None), text=text, as_of=day, file=str(card)
            )
        with output.working("Scoring those who left in the last year"):
            left = actions.past_leavers.run(
                installation=here, by=clock.operator(None), text=text, file=str(card)
            )
        if as_json:
            output.print_json(representations.previews.preview(found, card, left))
        else:
            preview_tables.show(output.console(), found, card, left)
