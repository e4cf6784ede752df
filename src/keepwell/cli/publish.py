"""This file is `keepwell publish`: a card becomes the next version, unless somebody published meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, opened, working_copies
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, words

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.scorecards import Version
    from keepwell.errors import Fault

TUNED = "C741"  # changed before its calendar


def publish(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The card's YAML file.")],
    note: Annotated[
        str,
        typer.Option(
            "--note",
            parser=words,
            metavar="TEXT",
            help="What has changed and why, for those who come after.",
        ),
    ],
    parent: Annotated[
        int | None,
        typer.Option(
            "--parent",
            min=0,
            help="The version that the card was made from; the one noted in the file if left out.",
        ),
    ] = None,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Publish a card as the next version. The file notes which version it is."""
    with answering(as_json, debug):
        if not note.strip():
            raise answers.WrongUse('Give a note: --note "what has changed and why".')
        here = opened.installation(workspace)
        text, made_from = working_copies.taken_apart(opened.card(card))
        before = queries.scorecards.latest(opened.VIEWER)
        advice = _advice(here, text, str(card))
        version = actions.scorecards.publish(
            text=text,
            note=note,
            by=clock.operator(by),
            at=clock.now(),
            file=str(card),
            parent=_parent(before, made_from if parent is None else parent),
        )
        is_marked = working_copies.mark(card, version.number)
        is_new = before is None or before.number != version.number
        if as_json:
            answers.as_json(answer(version) | {"is_new": is_new, "advice": advice})
            return
        says = "is" if is_new else "says already what was published as"
        answers.say(
            f"{answers.outside(str(card))} {says} version {version.number}. Next: keepwell score"
        )
        for each in advice:
            answers.say(f"advice {each.code} {answers.outside(str(each))}")
        if not is_marked:
            answers.say(
                f"The file cannot be written to, so give --parent {version.number} when you publish it next."
            )


def _advice(here: Installation, text: str, file: str) -> list[Fault]:
    """Say whether the card is changed more often than its own calendar allows; the rest of its check is for `check`."""
    from keepwell.health.definition import check

    evidence = queries.checks.surroundings(
        opened.VIEWER, here, text=text, today=here.day(clock.now())
    )
    found = check.check(
        text, file=file, tables=queries.facts.tables(opened.VIEWER), evidence=evidence
    ).faults
    return [fault for fault in found if fault.code == TUNED]


def answer(version: Version) -> dict[str, object]:
    """A version as a row of JSON."""
    return {
        "version": version.number, "name": version.name, "note": version.note, "by": version.by,
        "published_at": version.published_at, "parent": version.parent, "digest": version.digest,
    }  # fmt: skip


def _parent(before: Version | None, made_from: int | None) -> int | None:
    """The version that a card stands on; before the first one there is nobody's work to undo."""
    return made_from or None if before else None
