"""This file is `keepwell changed`: what moved an account's score between two dates, or between two versions of the card."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from keepwell.app import actions, queries
from keepwell.cli import answers, opened
from keepwell.cli.answers import Refused, WrongUse, answering
from keepwell.cli.options import HERE, Account, AsJson, Debug, Folder, day

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.changes import Change
    from keepwell.app.queries.scores import ScoredRun
    from keepwell.health.explain.change import Step

Earlier = Annotated[
    date | None,
    typer.Option(
        "--from",
        parser=day,
        metavar="DAY",
        help="The date of the earlier score; the run before if left out.",
    ),
]
Later = Annotated[
    date | None,
    typer.Option(
        "--to",
        parser=day,
        metavar="DAY",
        help="The date of the later score; the latest if left out.",
    ),
]
TwoVersions = Annotated[
    tuple[int, int] | None,
    typer.Option(
        "--versions",
        metavar="V1 V2",
        help="Compare two versions on the same date and facts instead of two dates.",
    ),
]


def changed(
    account: Account,
    from_: Earlier = None,
    to: Later = None,
    versions: TwoVersions = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tell what moved an account's score, in steps that add up to the difference."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        account_id = queries.accounts.find(opened.VIEWER, account).account_id
        if versions and from_:
            raise WrongUse(
                "Give --versions or --from, not both; --to says the date for two versions."
            )
        found = (
            _between_versions(here, account_id, versions, to)
            if versions
            else _changed(here, account_id, from_, to)
        )
        if as_json:
            answers.as_json(_answer(found))
        else:
            _print(found)


def _changed(
    here: Installation, account_id: str, first: date | None, latest: date | None
) -> Change:
    after = _run(latest)
    if first is not None and first >= after.as_of:
        raise WrongUse(f"--from {first} is not before {after.as_of}.")
    before = _run(first) if first else queries.scores.before(opened.VIEWER, after)
    if before is None:
        raise Refused(
            f"{after.as_of} is the first date with scores. Score an earlier one: keepwell score --as-of DAY"
        )
    return queries.changes.changed(opened.VIEWER, here, before, after, account_id)


def _run(as_of: date | None) -> ScoredRun:
    found = queries.scores.latest(opened.VIEWER, "published", as_of)
    if found is None:
        on = (
            f" on {as_of}. Next: keepwell score --as-of {as_of}"
            if as_of
            else " yet. Next: keepwell score"
        )
        raise Refused(f"There are no published scores{on}")
    return found


def _between_versions(
    here: Installation, account_id: str, numbers: tuple[int, int], as_of: date | None
) -> Change:
    on = as_of or _run(None).as_of
    with answers.working("Scoring"):
        return actions.comparisons.between_versions(
            installation=here, account_id=account_id, first=numbers[0], second=numbers[1], as_of=on
        )


def _answer(found: Change) -> dict[str, object]:
    from keepwell.health.explain import prose

    rows = [(step, *_cells(found, step)) for step in found.steps]
    return {
        "account_id": found.account_id, "account_name": found.name, "before": found.before, "after": found.after,
        "points": found.points, "causes": found.causes, "sentence": prose.change(*found.sides, found.steps),
        "steps": [
            {"cause": step.cause, "path": step.path, "title": title, "before": before or None, "after": after or None,
             "points": step.points, "rules": step.rules}
            for step, title, before, after in rows
        ],
    }  # fmt: skip


def _cells(found: Change, step: Step) -> tuple[str, str, str]:
    """What moved, where it stood and where it stands."""
    from keepwell.health.explain import prose

    before, after = found.sides
    clause = prose.step(step, before, after)
    if step.path:
        was, is_now = (each and prose.bare_value(each) for each in (step.before, step.after))
        return step.label, was or "", is_now or ""
    match step.cause:
        case "definition":
            return "Card", before.card, after.card
        case "override":
            return "Override", before.override or "none", after.override or "none"
        case "children":
            return "Accounts below", "", clause
        case _:
            return "Rules", "", clause


def _print(found: Change) -> None:
    from keepwell.health.explain import prose

    console = answers.console()
    first, second = found.before, found.after
    what = (
        f"{first.as_of} to {second.as_of}"
        if first.as_of != second.as_of
        else f"version {first.version} to version {second.version}, both on {second.as_of}"
    )
    console.print(
        Text(answers.printable(found.name), style="bold"), Text(f"({found.account_id}), {what}")
    )
    console.print(Text(answers.printable(prose.change(*found.sides, found.steps))), soft_wrap=True)
    if not found.steps:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Cause", "What", "Before", "After"):
        table.add_column(name, overflow="fold")
    table.add_column("Points", justify="right", no_wrap=True)
    for step in found.steps:
        cells = (step.cause, *_cells(found, step))
        table.add_row(*map(answers.outside, cells), f"{step.points:+.1f}")
    table.add_row("Together", "", "", "", f"{found.points:+.1f}", style="bold")
    console.print(table)
