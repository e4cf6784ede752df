"""This file is `keepwell catalogue`: metrics of customer health to choose from, and one of them put into a card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import queries, representations
from keepwell.cli import card_files, catalogue_tables, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import Invalid, WrongUse
from keepwell.facts import atomic_files

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.health.catalogue import Metric
    from keepwell.health.catalogue.available import Filled
    from keepwell.health.definition.table import Table


def catalogue(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Show this metric in full.")] = "",
    search: Annotated[
        str,
        typer.Option(
            "--search",
            metavar="WORDS",
            help="Only metrics that people call so, such as ROI, or else whose text has these words.",
        ),
    ] = "",
    area: Annotated[
        str, typer.Option("--area", help="Only metrics of this area, such as adoption.")
    ] = "",
    add: Annotated[
        tuple[str, Path] | None,
        typer.Option("--add", metavar="NAME CARD", help="Add a metric to a card's file."),
    ] = None,
    group: Annotated[
        str, typer.Option("--group", metavar="PATH", help="With --add: which group to add it to.")
    ] = "",
    weight: Annotated[
        float,
        typer.Option(
            "--weight", min=0, max=1_000_000, help="With --add: its weight (0: shown, not counted)."
        ),
    ] = 0.0,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Browse health metrics: what each measures, needs and misses, and what is usual. Add one to a card."""
    with reporting.errors(as_json, debug):
        from keepwell.facts.schema import TABLES
        from keepwell.health import catalogue

        if add and (name or search or area):
            raise WrongUse(
                "Use --add alone: keepwell catalogue --add NAME CARD [--group PATH] [--weight NUMBER]"
            )
        if not add and (group or weight):
            raise WrongUse("--group and --weight need --add NAME CARD.")
        here = _workspace(workspace)
        if add:
            # The card of a workspace may read columns that only this workspace has.
            tables = queries.facts.tables(VIEWER) if here else TABLES
            metric = catalogue.find(TABLES, add[0])
            path = _added(metric, add[1], group, weight, tables)
            filled = _filled(here, (metric,))
            if as_json:
                output.print_json(
                    representations.catalogue.added(add[1], metric, path, weight, filled)
                )
            else:
                catalogue_tables.print_added(metric, add[1], path, weight, filled)
            return
        areas = {each.name: each.title for each in catalogue.areas(TABLES)}
        if area and area not in areas:
            raise WrongUse(f"There is no area `{area}`. Areas: {', '.join(areas)}")
        found = (catalogue.find(TABLES, name),) if name else catalogue.search(TABLES, search, area)
        filled = _filled(here, found)
        if as_json:
            shown = [representations.catalogue.metric(each, filled) for each in found]
            output.print_json(shown[0] if name else shown)
        elif len(found) == 1:
            catalogue_tables.print_one(found[0], filled)
        else:
            catalogue_tables.print_all(found, areas, filled, is_whole=not search and not area)


def _workspace(folder: Path) -> Installation | None:
    """The workspace where there is one: the catalogue can be read without."""
    from keepwell.app import workspace

    return workspaces.open(folder) if (folder / workspace.FILE).is_file() else None


def _filled(here: Installation | None, found: tuple[Metric, ...]) -> Mapping[str, Filled] | None:
    if here is None:
        return None
    needs = [need for metric in found for need in metric.needs]
    return queries.catalogue.filled(VIEWER, here, needs)


def _added(
    metric: Metric, card: Path, group: str, weight: float, tables: Mapping[str, Table]
) -> str:
    """Write a metric into a card's file, and give the path at which it stands."""
    from keepwell.health import catalogue
    from keepwell.health.definition import document
    from keepwell.health.definition.field import write_number

    card_files.read(card)  # says what is wrong with the file
    whole = card.read_bytes().decode("utf-8")  # to the letter, with its line ends
    body, _ = card_files.split(whole)
    read = document.read(body.removeprefix("\ufeff"), file=str(card), tables=tables)
    if read.definition is None:
        raise Invalid(
            f"{card} has faults; nothing was added. Next: keepwell check {card}", faults=read.faults
        )
    new, path = catalogue.add(
        whole, read.definition, metric, group=group, weight=str(write_number(weight)), tables=tables
    )
    atomic_files.write_bytes(card, new.encode("utf-8"))
    return path
