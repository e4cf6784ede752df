"""This file holds the options that commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

EARLIEST, LATEST = 1990, 2100
LONGEST_NAME = 200


def day(text: str) -> date:
    """Read a day as 2026-11-01."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"`{text}` is not a day; write it like 2026-11-01") from None
    if (
        not EARLIEST <= on.year <= LATEST
    ):  # a slip of the finger would stand as the latest score for good
        raise typer.BadParameter(
            f"`{text}` is no day of a score; the year is from {EARLIEST} to {LATEST}"
        )
    return on


def words(text: str) -> str:
    """Read words that are to be kept; bytes that are no text could not be."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("it holds bytes that are no text in UTF-8") from None
    return text


def person(text: str) -> str:
    """Read who does it."""
    if len(text) > LONGEST_NAME:
        raise typer.BadParameter(
            f"it has {len(text)} letters, and a name has at most {LONGEST_NAME}"
        )
    return words(text)


Folder = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        envvar="KEEPWELL_WORKSPACE",
        help="The folder with keepwell.yaml; the current one if left out.",
    ),
]
HERE = Path()
AsJson = Annotated[
    bool, typer.Option("--json", help="Answer in JSON, in the shapes of docs/json.md.")
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback when something goes wrong.")
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=day,
        metavar="DAY",
        help="The date of the scores: facts before it count, those on it do not.",
    ),
]
Account = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT", help="The account's id or name; a part that fits one account is enough."
    ),
]
FromDay = Annotated[
    date | None, typer.Option("--from", parser=day, metavar="DAY", help="The first of many dates.")
]
ToDay = Annotated[
    date | None,
    typer.Option(
        "--to",
        parser=day,
        metavar="DAY",
        help="The latest of many dates, where it falls on the pace; tomorrow if left out.",
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="PACE",
        help="How far they stand apart: day, week (the usual), month, or `14 days`.",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        envvar="KEEPWELL_BY",
        parser=person,
        metavar="TEXT",
        help="Who does it; your login name if left out.",
    ),
]
Draft = Annotated[
    bool,
    typer.Option("--draft", help="The latest run of a draft card instead of the published one."),
]
