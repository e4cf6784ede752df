"""This file is `keepwell usage`: who at an account uses the product, and who has a seat and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, Account, AsJson, Debug, Folder
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.app.queries.usage import AccountUsage, UserRow


def usage(
    account: Account,
    unused: Annotated[
        bool,
        typer.Option("--unused", help="Only who has not used anything for 28 days."),
    ] = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List an account's users and contacts: the last day each used the product, and with which feature."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        account_id = queries.accounts.find(VIEWER, account).account_id
        found = queries.usage.of_account(VIEWER, here, account_id, here.day(clock.now()))
        people = found.unused if unused else found.people
        if as_json:
            output.print_json(representations.usage.of_account(found, people))
            return
        _print(found, people, unused)


def _print(found: AccountUsage, people: Sequence[UserRow], unused: bool) -> None:
    name, known = output.escaped(found.name), len(found.people)
    window = f"from {found.since_on} to {found.newest_on}, the newest day known"
    if not known:
        output.say(f"Nobody is known at {name}: no user and no contact.")
    else:
        output.say(
            f"[bold]{name}[/bold]: {len(found.unused)} of {known} known people used nothing {window}."
        )
    if people:
        output.console().print(_table(people))
    if found.unmatched:
        output.say(
            f"{formats.count(found.unmatched, 'contact')} left out: their ids are not those of the product's users, so "
            "nobody can say what they use. The same `people` in the mapping joins them."
        )
    if not unused and found.unused:
        output.say(
            f"Only who does not use it: keepwell usage {output.escaped(found.account_id)} --unused"
        )


def _table(people: Sequence[UserRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Person", "Role", "Last use", "Days ago", "Feature"):
        is_number = head == "Days ago"
        table.add_column(
            head,
            overflow="fold",
            no_wrap=head in ("Last use", "Days ago"),
            justify="right" if is_number else "left",
        )
    for each in people:
        person = each.name or each.known_as or each.person
        last = str(each.last_on) if each.last_on else "never"
        days = "" if each.days is None else f"{each.days:,}"
        cells = (person, each.role or "", last, days, each.feature or "")
        table.add_row(*map(output.escaped, cells))
    return table
