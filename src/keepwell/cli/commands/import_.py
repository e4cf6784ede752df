"""This file is `keepwell import`: files become facts, and every row that does not is reported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, formats, output, reporting, suggestions, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.app.actions.imports import Summary
    from keepwell.app.installation import Installation
    from keepwell.facts.data_warnings import DataWarning

EXPORTS = "exports"  # the folder that is read where no path is given


def import_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATHS", help="Files or a folder (default: the workspace's `exports` folder)."
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="Mapping file (default: the workspace's)."),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Change nothing if any row is rejected or gets a warning."),
    ] = False,
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest", help="Look at the files and write a first mapping; import nothing."
        ),
    ] = False,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Import your files as the mapping describes. Importing the same files again changes nothing."""
    with reporting.errors(as_json, debug) as report:
        here = workspaces.open(workspace)
        files = _files(here, paths or [])
        if suggest:
            suggestions.write(here, files, mapping, as_json)
            return
        if mapping and not mapping.is_file():
            raise WrongUse(f"There is no mapping `{mapping}`.")
        try:
            with output.progress("Importing") as progress:
                summary = actions.imports.run(
                    installation=here,
                    paths=files,
                    by=clock.operator(by),
                    at=clock.now(),
                    mapping_file=mapping,
                    strict=strict,
                    progress=progress,
                )
        except actions.imports.Stopped as stopped:
            report.beside(
                representations.loads.summary(stopped.summary), _findings(stopped.summary)
            )
            raise
        if as_json:
            output.print_json(representations.loads.summary(summary))
        else:
            _print(here, summary)


def _files(here: Installation, given: list[Path]) -> Path | list[Path]:
    """The files to read; a folder that is not there is wrong use."""
    files = given or [here.folder / EXPORTS]
    for path in files:
        if not path.exists():
            way_out = f"Name files or a folder, or put files into {EXPORTS}." if not given else ""
            raise WrongUse(f"There is no file or folder `{path}`.", way_out=way_out)
    return files if len(files) > 1 else files[0]


def _print(here: Installation, summary: Summary) -> None:
    console = output.console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("File", overflow="fold")
    table.add_column("Table", overflow="fold")
    for name in ("Received", "Accepted", "Repeated", "Rejected"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in summary.counts:
        numbers = (each.received, each.accepted, each.repeated, each.rejected)
        table.add_row(output.escaped(each.file), each.table, *(f"{number:,}" for number in numbers))
    totals = (summary.received, summary.accepted, summary.repeated, summary.rejected)
    table.add_row("Total", "", *(f"{number:,}" for number in totals), style="bold")
    console.print(table)
    for line in [*_findings(summary), _next(here, summary)]:
        console.print(output.printable(line), soft_wrap=True, markup=False)


def _findings(summary: Summary) -> list[str]:
    """Say which rows were rejected and why, and what is suspicious among the others."""
    lines = []
    if summary.rejects:
        reasons: Counter[str] = Counter()
        for each in summary.counts:
            reasons.update(each.rejected_by_reason)
        listed = ", ".join(
            f"{count} {reason.replace('_', ' ')}" for reason, count in reasons.most_common()
        )
        lines.append(f"Rejected: {listed}. Listed row by row in {_short(summary.rejects)}")
    return lines + [_warning(each) for each in summary.warnings]


def _warning(found: DataWarning) -> str:
    """Write a warning, with some rows to look at where its sentence does not name them already."""
    unnamed = [example for example in found.examples if example not in found.sentence]
    return f"Warning: {found.sentence}" + (f" See {', '.join(unnamed)}." if unnamed else "")


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _next(here: Installation, summary: Summary) -> str:
    if summary.batch is None:
        return "Nothing new; nothing was changed."
    if not summary.accepted:
        return f"No new rows. Import {summary.batch} recorded the delivery."
    done = f"Import {summary.batch} loaded {formats.count(summary.accepted, 'row')}."
    if queries.scorecards.latest(VIEWER):
        return f"{done} Next: keepwell score"
    card = here.cards / "health.yaml"
    named = _short(card) if card.exists() else "CARD"
    return f'{done} Next: keepwell publish {named} --note "Our first scorecard"'
