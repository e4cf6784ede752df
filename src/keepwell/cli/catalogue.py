"""This file is `keepwell catalogue`: metrics of customer health to choose from, and one of them put into a card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import queries
from keepwell.cli import answers, metrics, opened, working_copies
from keepwell.cli.answers import Refused, WrongUse, answering
from keepwell.cli.options import HERE, AsJson, Debug, Folder

if TYPE_CHECKING:
    from keepwell.health.catalogue import Metric
    from keepwell.health.catalogue.available import Filled
    from keepwell.health.definition.table import Table


def catalogue(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="One metric, in full.")] = "",
    search: Annotated[
        str,
        typer.Option("--search", metavar="WORDS", help="Only metrics that say all these words."),
    ] = "",
    area: Annotated[
        str, typer.Option("--area", help="Only metrics of this area, such as adoption.")
    ] = "",
    add: Annotated[
        tuple[str, Path] | None,
        typer.Option("--add", metavar="NAME CARD", help="Put a metric into a card's file."),
    ] = None,
    group: Annotated[
        str, typer.Option("--group", metavar="PATH", help="With --add: the group of the card.")
    ] = "",
    weight: Annotated[
        float,
        typer.Option(
            "--weight", min=0, max=1_000_000, help="With --add: its weight; at 0 it is only shown."
        ),
    ] = 0.0,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show metrics to choose from: what each is, what it needs, what is usual, and what it misses. Put one into a card."""
    with answering(as_json, debug):
        from keepwell.health import catalogue

        if add and (name or search or area):
            raise WrongUse(
                "--add stands alone: keepwell catalogue --add NAME CARD [--group PATH] [--weight NUMBER]"
            )
        if not add and (group or weight):
            raise WrongUse(
                "--group and --weight say where --add puts a metric; say which one: --add NAME CARD"
            )
        tables, at_hand = _tables(workspace)
        if add:
            _add(catalogue.find(tables, add[0]), add[1], group, weight, tables, at_hand, as_json)
            return
        known = [each.name for each in catalogue.areas(tables)]
        if area and area not in known:
            raise WrongUse(f"There is no area `{area}`. Areas: {', '.join(known)}")
        found = (catalogue.find(tables, name),) if name else catalogue.search(tables, search, area)
        there = _filled(at_hand, found)
        if as_json:
            told = [metrics.plain(each, there) for each in found]
            answers.as_json(told[0] if name else told)
        elif len(found) == 1:
            metrics.show(found[0], there)
        else:
            metrics.show_all(found, there, is_whole=not search and not area)


def _tables(folder: Path) -> tuple[Mapping[str, Table], Path | None]:
    """The tables that a measure may read, and the workspace where there is one: the catalogue is read without one too."""
    from keepwell.app import workspace
    from keepwell.facts.schema import TABLES

    return TABLES, (folder if (folder / workspace.FILE).is_file() else None)


def _filled(workspace: Path | None, found: tuple[Metric, ...]) -> Mapping[str, Filled] | None:
    if workspace is None:
        return None
    here = opened.installation(workspace)
    return queries.catalogue.filled(
        opened.VIEWER, here, [need for metric in found for need in metric.needs]
    )


def _add(
    metric: Metric,
    card: Path,
    group: str,
    weight: float,
    tables: Mapping[str, Table],
    workspace: Path | None,
    as_json: bool,
) -> None:
    from keepwell.health import catalogue
    from keepwell.health.definition import document
    from keepwell.health.definition.field import write_number

    opened.card(card)  # says what is wrong with the file
    whole = card.read_bytes().decode("utf-8")  # to the letter, with its line ends
    body, _ = working_copies.taken_apart(whole)
    tables = tables if workspace is None else _landed(workspace)
    read = document.read(body.removeprefix("\ufeff"), file=str(card), tables=tables)
    if read.definition is None:
        raise Refused(
            f"{card} has faults; nothing was added. See keepwell check {card}", read.faults
        )
    new, path = catalogue.add(
        whole, read.definition, metric, group=group, weight=str(write_number(weight)), tables=tables
    )
    there = _filled(workspace, (metric,))
    card.write_bytes(new.encode("utf-8"))
    if as_json:
        lacks = metrics.lacks(metric, there)
        answers.as_json(
            {
                "card": card,
                "metric": metric.name,
                "path": path,
                "weight": write_number(weight),
                "lacks": lacks,
            }
        )
        return
    metrics.tell_added(metric, card, path, weight, there)


def _landed(workspace: Path) -> Mapping[str, Table]:
    """The tables with the workspace's own columns: its cards may read them."""
    opened.installation(workspace)
    return queries.facts.tables(opened.VIEWER)
