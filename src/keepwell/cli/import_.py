"""This file is `keepwell import`: exports become facts, and every row that did not is told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, opened, proposing
from keepwell.cli.answers import Refused, WrongUse, answering
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder

if TYPE_CHECKING:
    from keepwell.app.actions.imports import Summary
    from keepwell.app.installation import Installation
    from keepwell.app.viewers import Actor
    from keepwell.facts.data_warnings import DataWarning

EXPORTS = "exports"  # the folder that is read where no path is given


def import_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATHS]",
            help="Files, or a folder; the workspace's folder exports if left out.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE", help="The mapping; the workspace's own if left out."
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Change nothing if a single row is rejected or in warning."),
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
    """Import exports through the mapping. The same files twice change nothing."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        files = _paths(here, paths or [])
        if suggest:
            proposing.propose(here, files, mapping, as_json)
            return
        summary = _run(here, files, mapping, strict, clock.operator(by))
        if as_json:
            answers.as_json(answer(summary))
        else:
            _print(here, summary)


def _paths(here: Installation, given: list[Path]) -> Path | list[Path]:
    for path in given or [here.folder / EXPORTS]:
        if not path.exists():
            way_out = (
                ""
                if given
                else f" Name files or a folder: keepwell import PATHS, or put them into {EXPORTS}."
            )
            raise WrongUse(f"There is no file or folder `{path}`.{way_out}")
    if len(given) > 1:
        return given
    return given[0] if given else here.folder / EXPORTS


def _run(
    here: Installation, files: Path | list[Path], mapping: Path | None, strict: bool, by: Actor
) -> Summary:
    if mapping and not mapping.is_file():
        raise WrongUse(f"There is no mapping `{mapping}`.")
    try:
        with answers.progress("Importing") as progress:
            return actions.imports.run(
                installation=here,
                paths=files,
                by=by,
                at=clock.now(),
                mapping_file=mapping,
                strict=strict,
                progress=progress,
            )
    except actions.imports.Stopped as stopped:
        raise Refused(
            str(stopped), answer=answer(stopped.summary), lines=lines(here, stopped.summary)
        ) from stopped


def answer(summary: Summary) -> dict[str, object]:
    """Give the summary in the shape of docs/json.md."""
    return {
        "batch": summary.batch, "received": summary.received, "accepted": summary.accepted, "repeated": summary.repeated,
        "rejected": summary.rejected,
        "sources": [
            {"file": each.file, "table": each.table, "received": each.received, "accepted": each.accepted,
             "repeated": each.repeated, "rejected": each.rejected, "rejected_by_reason": each.rejected_by_reason}
            for each in summary.counts
        ],
        "warnings": [
            {"code": each.code, "table": each.table, "count": each.count, "of": each.of, "sentence": each.sentence,
             "examples": each.examples}
            for each in summary.warnings
        ],
        "rejects": summary.rejects,
    }  # fmt: skip


def _print(here: Installation, summary: Summary) -> None:
    console = answers.console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("File", overflow="fold")
    table.add_column("Table", overflow="fold")
    for name in ("Received", "Accepted", "Repeated", "Refused"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in summary.counts:
        numbers = (each.received, each.accepted, each.repeated, each.rejected)
        table.add_row(
            answers.outside(each.file), each.table, *(f"{number:,}" for number in numbers)
        )
    totals = (summary.received, summary.accepted, summary.repeated, summary.rejected)
    table.add_row("Together", "", *(f"{number:,}" for number in totals), style="bold")
    console.print(table)
    for line in lines(here, summary):
        console.print(answers.printable(line), soft_wrap=True, markup=False)
    console.print(_next(here, summary), soft_wrap=True, markup=False)


def lines(here: Installation, summary: Summary) -> list[str]:
    """Say which rows were rejected and why, and what is suspicious among those that were not."""
    reasons: Counter[str] = Counter()
    for each in summary.counts:
        reasons.update(each.rejected_by_reason)
    said = []
    if summary.rejects:
        listed = ", ".join(
            f"{count} {reason.replace('_', ' ')}" for reason, count in reasons.most_common()
        )
        said += [f"Refused: {listed}. Every one with its line: {_short(summary.rejects)}"]
    return said + [_doubt(warning) for warning in summary.warnings]


def _doubt(warning: DataWarning) -> str:
    """Say a warning, with some rows to look at where its sentence does not name them already."""
    unnamed = [example for example in warning.examples if example not in warning.sentence]
    return f"Warning: {warning.sentence}" + (f" Look at {', '.join(unnamed)}." if unnamed else "")


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _next(here: Installation, summary: Summary) -> str:
    if summary.batch is None:
        return "Nothing was new; nothing was changed."
    if not summary.accepted:
        return f"No row was new: import {summary.batch} only notes that its feeds came again."
    card = here.cards / "health.yaml"
    step = f'publish {_short(card) if card.exists() else "CARD"} --note "Our first card"'
    return f"Import {summary.batch} has landed. Next: keepwell {step if queries.scorecards.latest(opened.VIEWER) is None else 'score'}"
