"""This file prints metrics of the catalogue: as a table, one in full, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from keepwell.cli import answers

if TYPE_CHECKING:
    from keepwell.health.catalogue import Metric, Need
    from keepwell.health.catalogue.available import Filled

# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64


def plain(metric: Metric, there: Mapping[str, Filled] | None) -> dict[str, object]:
    """Write a metric as JSON has it."""
    from keepwell.health.definition import measure

    formula = measure.plain(metric.measure)
    for name in ("measure", "title", "why", "indicator", "source", "playbook"):
        formula.pop(name, None)
    return {
        "name": metric.name, "title": metric.title, "area": metric.area, "definition": metric.definition, "why": metric.why,
        "formula": formula, "missing": metric.missing, "indicator": "leading" if metric.is_leading else "lagging",
        "playbook": metric.playbook or None, "is_manual": metric.measure.is_manual, "rhythm": metric.rhythm, "target": metric.target or None,
        "figure": metric.published or None, "beware": metric.beware, "needs": metric.needs, "lacks": lacks(metric, there),
    }  # fmt: skip


def lacks(metric: Metric, there: Mapping[str, Filled] | None) -> tuple[Need, ...] | None:
    """What a workspace lacks of what a metric needs; none where there is no workspace to look into."""
    from keepwell.health.catalogue.available import missing_needs

    return None if there is None else missing_needs(metric, there)


def show_all(
    found: tuple[Metric, ...], there: Mapping[str, Filled] | None, *, is_whole: bool
) -> None:
    """Print metrics as a table, area by area."""
    if not found:
        answers.say("No metric says all these words. `keepwell catalogue` lists them all.")
        return
    console = answers.console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Metric", no_wrap=True)
    table.add_column("Area", no_wrap=True)
    if console.width >= MIDDLE:
        table.add_column("What it is", overflow="fold")
    if console.width >= WIDE:
        table.add_column("Tells", no_wrap=True)
        table.add_column("Needs" if there is None else "Data", overflow="fold")
    for metric in found:
        cells = [metric.name, metric.area]
        cells += [metric.definition] if console.width >= MIDDLE else []
        cells += [_tells(metric), _data(metric, there)] if console.width >= WIDE else []
        table.add_row(*map(answers.outside, cells))
    console.print(table)
    narrower = " Find some with --search WORDS or --area AREA." if is_whole else ""
    answers.say(f"{len(found)} metrics.{narrower} Next: keepwell catalogue {found[0].name}")


def show(metric: Metric, there: Mapping[str, Filled] | None) -> None:
    """Print one metric in full."""
    answers.say(
        f"[bold]{answers.outside(metric.title)}[/bold]  ({metric.name}, {metric.area})",
        answers.outside(metric.definition),
        "",
    )
    rows = [
        ("Why", metric.why),
        ("Usual or good", metric.usual),
        ("Tells", _tells(metric)),
        (
            "Look at it",
            metric.rhythm + (", from what people type in" if metric.measure.is_manual else ""),
        ),
        ("Needs", "; ".join(map(str, metric.needs))),
        ("Beware", metric.beware),
    ]
    rows += [("When it turns bad", metric.playbook)] if metric.playbook else []
    rows += [("Lacking here", "; ".join(map(str, gaps)))] if (gaps := lacks(metric, there)) else []
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, text in rows:
        shown.add_row(name, answers.outside(text))
    answers.console().print(shown)
    answers.say(
        "", *(f"    {answers.outside(line)}" for line in metric.formula.rstrip().splitlines()), ""
    )
    answers.say(f"Next: keepwell catalogue --add {metric.name} cards/health.yaml")


def tell_added(
    metric: Metric, card: Path, path: str, weight: float, there: Mapping[str, Filled] | None
) -> None:
    """Say where a metric stands now, and what is still needed for it."""
    here = answers.outside(str(card))
    effect = (
        f"with weight {weight:g}" if weight else "with weight 0: it is shown and does not count"
    )
    answers.say(f"{metric.name} stands in {here} at {answers.outside(path)}, {effect}.")
    if metric.published is None:
        answers.say(
            "Nobody has published a figure for it. Its points are a place to begin: set them from your accounts that renewed."
        )
    if gaps := lacks(metric, there):
        answers.say(
            f"It says nothing true until these have landed: {answers.outside('; '.join(map(str, gaps)))}."
        )
        if any(gap.words for gap in gaps):
            answers.say("Where your own words are others, write them into its `where`.")
    answers.say(f"Next: keepwell check {here}")


def _tells(metric: Metric) -> str:
    return "early (leading)" if metric.is_leading else "late (lagging)"


def _data(metric: Metric, there: Mapping[str, Filled] | None) -> str:
    """Say what is needed, or in a workspace what is lacking."""
    gaps = lacks(metric, there)
    if gaps is None:
        return "; ".join(map(str, metric.needs))
    return f"lacks {'; '.join(map(str, gaps))}" if gaps else "is here"
