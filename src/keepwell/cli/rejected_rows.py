"""This file says at the head of a list how many accounts lack rows that an import rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app import queries
from keepwell.cli import formats, output
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.runs import ScoredRun


def print_accounts(here: Installation, run: ScoredRun) -> None:
    """Say of how many accounts rows were rejected behind some measure of a run, if of any."""
    if found := queries.evidence.accounts_with_rejected_rows(VIEWER, here, run):
        output.say(sentence(found))


def sentence(accounts: int) -> str:
    """Say of how many accounts rows were rejected."""
    verb = "has" if accounts == 1 else "have"
    return f"{formats.count(accounts, 'account')} {verb} rejected rows among their measures, so their coverage is lower."
