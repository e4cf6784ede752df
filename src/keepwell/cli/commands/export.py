"""This file is `keepwell export`: scores, measures or facts as a file for somebody else."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import queries
from keepwell.cli import formats, output, reporting, runs, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Draft, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse, did_you_mean

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.runs import ScoredRun


class What(StrEnum):
    """What can be exported."""

    scores = "scores"
    measures = "measures"
    facts = "facts"


def export(
    what: Annotated[
        What, typer.Argument(help="The scores, the measures behind them, or the facts.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="File to write: .csv, .parquet, .json or .ndjson.",
        ),
    ],
    table: Annotated[
        str | None,
        typer.Option("--table", help="With facts: only this table (default: all, in one file)."),
    ] = None,
    as_of: AsOf = None,
    draft: Draft = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write the latest scores, their measures, or the facts to a file."""
    with reporting.errors(as_json, debug):
        from keepwell.facts import export_files
        from keepwell.facts.schema import TABLES

        if out.suffix.lower() not in export_files.FORMATS:
            raise WrongUse(
                f"`{out.name}` does not say which format to write.",
                way_out=f"Use one of the extensions {', '.join(export_files.FORMATS)}.",
            )
        if not out.resolve().parent.is_dir():
            raise WrongUse(f"There is no folder `{out.parent}` to write `{out.name}` to.")
        if table and what is not What.facts:
            raise WrongUse("--table is only for `keepwell export facts`.")
        if table and table not in TABLES:
            raise WrongUse(f"There is no table `{table}`.", way_out=did_you_mean(table, TABLES))
        here = workspaces.open(workspace)
        run = None
        try:
            with output.working("Writing"):
                if what is What.facts:
                    rows = queries.exports.write_facts(VIEWER, here, out, table=table)
                else:
                    run = runs.latest(as_of, is_draft=draft)
                    rows = _write_run(here, what, out, run)
        except OSError as error:
            raise WrongUse(f"`{out}` cannot be written: {error.strerror or error}.") from error
        if as_json:
            day = str(run.as_of) if run else None
            output.print_json({"file": str(out), "what": what.value, "as_of": day, "rows": rows})
        else:
            of = f" of {run.as_of}" if run else ""
            output.say(f"{formats.count(rows, 'row')}{of} written to {output.escaped(str(out))}.")


def _write_run(here: Installation, what: What, out: Path, run: ScoredRun) -> int:
    if what is What.scores:
        return queries.exports.write_scores(VIEWER, here, run, out)
    return queries.exports.write_measures(VIEWER, here, run, out)
