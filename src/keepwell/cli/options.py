"""This file holds the options that commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

EARLIEST, LATEST = 1990, 2100
LONGEST_NAME = 200


def day(text: str) -> date:
    """Read a day as 2026-11-01."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"`{text}` is not a day; write it like 2026-11-01") from None
    # A mistyped year would stand as the latest score for good.
    if not EARLIEST <= on.year <= LATEST:
        raise typer.BadParameter(
            f"`{text}` cannot be the date of a score; the year must be {EARLIEST} to {LATEST}"
        )
    return on


def words(text: str) -> str:
    """Read words that are to be stored; bytes that are not text could not be."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("it contains bytes that are not UTF-8 text") from None
    return text


def person(text: str) -> str:
    """Read who does it."""
    if len(text) > LONGEST_NAME:
        raise typer.BadParameter(f"it has {len(text)} characters; the limit is {LONGEST_NAME}")
    return words(text)


Folder = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        envvar="KEEPWELL_WORKSPACE",
        show_default=False,
        help="The workspace: the folder with keepwell.yaml (default: the current folder).",
    ),
]
HERE = Path()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as described in docs/json.md.")]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the log, and the traceback if something goes wrong.")
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=day,
        metavar="DAY",
        help="Date of the scores. Facts before it count; facts on it do not.",
    ),
]
Account = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        help="The account's id or name; part of the name is enough if it fits only one.",
    ),
]
Card = Annotated[Path, typer.Argument(metavar="CARD", help="The card's YAML file.")]
UnpublishedCard = Annotated[
    Path | None,
    typer.Option("--card", metavar="FILE", help="Use this card, without publishing it."),
]
FromDay = Annotated[
    date | None,
    typer.Option("--from", parser=day, metavar="DAY", help="First date, when scoring many dates."),
]
ToDay = Annotated[
    date | None,
    typer.Option(
        "--to", parser=day, metavar="DAY", help="Last date, with --from (default: tomorrow)."
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="INTERVAL",
        help="Interval between the dates: day, week, month or `14 days` (default: week).",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        envvar="KEEPWELL_BY",
        parser=person,
        metavar="NAME",
        help="Who is doing this (default: your login name).",
    ),
]
Draft = Annotated[
    bool, typer.Option("--draft", help="The latest run of a draft instead of the published card.")
]
MadeOf = Annotated[
    Literal["known", "happened", "published"],
    typer.Option(
        "--scores",
        metavar="WHICH",
        help="Which scores: made anew from what was `known` then; from what had `happened` by then, also where it was known "
        "later, which flatters a score; or those that were `published`.",
    ),
]
