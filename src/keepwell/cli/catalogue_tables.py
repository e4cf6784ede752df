"""This file prints metrics of the catalogue: as a table, and one in full."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.catalogue import Metric, Need
    from keepwell.health.catalogue.available import Filled

WIDE = 100  # columns from which on there is room for what a metric needs


def print_all(
    found: tuple[Metric, ...],
    titles: Mapping[str, str],
    filled: Mapping[str, Filled] | None,
    *,
    is_whole: bool,
) -> None:
    """Print metrics area by area, a line each: the name, and what it tells. `titles` are those of the areas."""
    if not found:
        output.say("No metric contains all these words. `keepwell catalogue` lists them all.")
        return
    console = output.console()
    names = max(len(metric.name) for metric in found)
    tells = max(len(metric.title) for metric in found)
    for area in dict.fromkeys(metric.area for metric in found):
        output.say(f"[bold]{output.escaped(titles[area])}[/bold]  (--area {area})")
        table = Table(box=None, pad_edge=False, show_header=False)
        # As wide in every area, so that the eye goes straight down.
        table.add_column(no_wrap=True, overflow="ellipsis", min_width=names)
        table.add_column(no_wrap=True, overflow="ellipsis", min_width=min(tells, 40))
        if console.width >= WIDE:
            table.add_column(no_wrap=True, overflow="ellipsis")
        for metric in found:
            if metric.area == area:
                cells = [metric.name, metric.title]
                cells += [_data(metric, filled)] if console.width >= WIDE else []
                table.add_row(*map(output.escaped, cells))
        console.print(table)
    narrower = " Narrow them down with --search WORDS or --area AREA." if is_whole else ""
    output.say(f"{len(found)} metrics.{narrower} Next: keepwell catalogue {found[0].name}")


def print_one(metric: Metric, filled: Mapping[str, Filled] | None) -> None:
    """Print one metric in full."""
    output.say(
        f"[bold]{output.escaped(metric.title)}[/bold]  ({metric.name}, {metric.area})",
        output.escaped(metric.definition),
        "",
    )
    typed_in = ", typed in by people" if metric.measure.is_manual else ""
    rows = [
        ("Also called", ", ".join(metric.also)),
        ("Why", metric.why),
        ("Usual or good", metric.usual),
        ("Indicator", _indicator(metric)),
        ("Review", metric.rhythm + typed_in),
        ("Needs", "; ".join(map(str, metric.needs))),
        ("Beware", metric.beware),
    ]
    rows += [("When it turns bad", metric.playbook)] if metric.playbook else []
    if gaps := _lacks(metric, filled):
        rows += [("Not loaded yet", "; ".join(map(str, gaps)))]
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, text in rows:
        shown.add_row(name, output.escaped(text))
    output.console().print(shown)
    output.say(
        "", *(f"    {output.escaped(line)}" for line in metric.formula.rstrip().splitlines()), ""
    )
    output.say(f"Next: keepwell catalogue --add {metric.name} cards/health.yaml")


def print_added(
    metric: Metric, card: Path, path: str, weight: float, filled: Mapping[str, Filled] | None
) -> None:
    """Say where a metric was added, and what it still needs."""
    here = output.escaped(str(card))
    effect = f"weight {weight:g}" if weight else "weight 0 (shown, not counted)"
    output.say(f"Added {metric.name} to {here} at {output.escaped(path)}, {effect}.")
    if metric.published is None:
        output.say(
            "There is no published benchmark for it. Treat its points as a starting point: set them from your accounts that renewed."
        )
    if gaps := _lacks(metric, filled):
        output.say(f"Not loaded yet, and needed: {output.escaped('; '.join(map(str, gaps)))}.")
        if any(gap.words for gap in gaps):
            output.say("If your company uses other words, write those into its `where`.")
    output.say(f"Next: keepwell check {here}")


def _indicator(metric: Metric) -> str:
    return "leading" if metric.is_leading else "lagging"


def _data(metric: Metric, filled: Mapping[str, Filled] | None) -> str:
    """Say what is needed; in a workspace, what was not loaded yet."""
    gaps = _lacks(metric, filled)
    if gaps is None:
        return "; ".join(map(str, metric.needs))
    return f"needs {'; '.join(map(str, gaps))}" if gaps else "loaded"


def _lacks(metric: Metric, filled: Mapping[str, Filled] | None) -> tuple[Need, ...] | None:
    from keepwell.health.catalogue.available import missing_needs

    return None if filled is None else missing_needs(metric, filled)
