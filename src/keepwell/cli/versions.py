"""This file is `keepwell versions`: which cards were published, by whom and why, and the text of one of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries
from keepwell.cli import answers, opened, publish, working_copies
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, Debug, Folder

if TYPE_CHECKING:
    from keepwell.app.queries.scorecards import Use, Version

# Columns are left out from the right where the terminal is narrow.
WIDE = 100


def versions(
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="VERSION",
            min=1,
            help="Print the text of this one: keepwell versions 3 > card.yaml",
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the published versions of the card, the newest first, or print the text of one."""
    with answering(as_json, debug):
        opened.installation(workspace)
        used = queries.scorecards.uses(opened.VIEWER)
        if number is not None:
            version = queries.scorecards.known(opened.VIEWER, number)
            if as_json:
                answers.as_json(_row(version, used.get(number)) | {"text": version.text})
            else:
                sys.stdout.write(working_copies.marked(version.text, number))
            return
        published = queries.scorecards.history(opened.VIEWER)
        if as_json:
            answers.as_json([_row(version, used.get(version.number)) for version in published])
        else:
            _print(published, used)


def _row(version: Version, use: Use | None) -> dict[str, object]:
    dates, latest_on, accounts = (
        (use.dates, use.latest_on, use.accounts) if use else (0, None, None)
    )
    return publish.answer(version) | {"dates": dates, "latest_on": latest_on, "accounts": accounts}


def _print(published: tuple[Version, ...], used: dict[int, Use]) -> None:
    if not published:
        answers.say(
            'No card is published yet. Next: keepwell publish cards/health.yaml --note "Our first card"'
        )
        return
    console = answers.console()
    is_wide = console.width >= WIDE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (("", "right"), ("Published", "left"), ("By", "left"), ("Note", "left")):
        table.add_column(name, justify=justify, overflow="fold", no_wrap=name in ("", "Published"))  # type: ignore[arg-type]
    for name in ("From", "Scored") if is_wide else ():
        table.add_column(name, no_wrap=True)
    for version in published:
        use = used.get(version.number)
        scored = f"{use.accounts} accounts, latest on {use.latest_on}" if use else ""
        table.add_row(
            str(version.number),
            f"{version.published_at:%Y-%m-%d %H:%M}",
            answers.outside(version.by),
            answers.outside(version.note),
            *((str(version.parent or ""), scored) if is_wide else ()),
        )
    console.print(table)
    if len(published) > 1:
        answers.say(f"Next: keepwell diff {published[1].number} {published[0].number}")
