"""This file is `keepwell export`: scores, measures or facts as a file for somebody else."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import queries
from keepwell.cli import answers, opened
from keepwell.cli.answers import Refused, WrongUse, answering
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Draft, Folder

if TYPE_CHECKING:
    from keepwell.app.installation import Installation


class What(StrEnum):
    """What can be exported."""

    scores = "scores"
    measures = "measures"
    facts = "facts"


def export(
    what: Annotated[What, typer.Argument(help="Scores, the measures behind them, or the facts.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Where to; .csv, .parquet, .json or .ndjson decides the format.",
        ),
    ],
    table: Annotated[
        str | None,
        typer.Option("--table", help="With facts: one table instead of all in one file."),
    ] = None,
    as_of: AsOf = None,
    draft: Draft = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write the latest scores, their measures, or the facts to a file."""
    with answering(as_json, debug):
        from keepwell.facts import export_files

        if out.suffix.lower() not in export_files.FORMATS:
            raise WrongUse(
                f"`{out.name}` has no ending that can be written. Use {', '.join(export_files.FORMATS)}."
            )
        if not out.resolve().parent.is_dir():
            raise WrongUse(f"There is no folder `{out.parent}` to write `{out.name}` into.")
        if table and what is not What.facts:
            raise WrongUse("--table is for `export facts`.")
        here = opened.installation(workspace)
        try:
            with answers.working("Writing"):
                rows = (
                    _facts(here, out, table)
                    if what is What.facts
                    else _scores(here, what, out, as_of, "draft" if draft else "published")
                )
        except OSError as error:
            raise WrongUse(f"`{out}` cannot be written: {error.strerror or error}.") from error
        if as_json:
            answers.as_json({"file": out, "what": what.value, "rows": rows})
        else:
            answers.say(f"{rows:,} rows are in {answers.outside(str(out))}.")


def _facts(here: Installation, out: Path, table: str | None) -> int:
    from keepwell.errors import did_you_mean
    from keepwell.facts.schema import TABLES

    if table and table not in TABLES:
        raise WrongUse(f"There is no table `{table}`. {did_you_mean(table, TABLES)}")
    return queries.exports.write_facts(opened.VIEWER, here, out, table=table)


def _scores(here: Installation, what: What, out: Path, as_of: AsOf, kind: str) -> int:
    run = queries.scores.latest(opened.VIEWER, kind, as_of)
    if run is None:
        on = f" on {as_of}" if as_of else ""
        raise Refused(f"There are no {kind} scores{on} to export. Next: keepwell score")
    write = queries.exports.write_scores if what is What.scores else queries.exports.write_measures
    return write(opened.VIEWER, here, run, out)
