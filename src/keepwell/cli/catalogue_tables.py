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

# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64


def print_all(
    found: tuple[Metric, ...], filled: Mapping[str, Filled] | None, *, is_whole: bool
) -> None:
    """Print metrics as a table, area by area."""
    if not found:
        output.say("No metric contains all these words. `keepwell catalogue` lists them all.")
        return
    console = output.console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Metric", no_wrap=True)
    table.add_column("Area", no_wrap=True)
    if console.width >= MIDDLE:
        table.add_column("Definition", overflow="fold")
    if console.width >= WIDE:
        table.add_column("Indicator", no_wrap=True)
        table.add_column("Needs" if filled is None else "Data", overflow="fold")
    for metric in found:
        cells = [metric.name, metric.area]
        cells += [metric.definition] if console.width >= MIDDLE else []
        cells += [_indicator(metric), _data(metric, filled)] if console.width >= WIDE else []
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
