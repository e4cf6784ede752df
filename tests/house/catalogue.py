"""This file writes the page of the catalogue from its metrics: `python -m tests.house.catalogue`."""

from __future__ import annotations

import re

from keepwell.facts.schema import TABLES
from keepwell.health import catalogue
from keepwell.health.catalogue import Area, Metric, Need
from keepwell.health.catalogue.metric import BY_MEANING, NO_FIGURE
from tests.house.rooms import ROOT

PAGE = ROOT / "docs" / "catalogue.md"
HEAD = """# The catalogue of health metrics

{count} metrics to choose from. Choose few: eight for a first card, from several areas, most of them leading. Read **beware** before you
choose, because every metric misses something.

| | |
|---|---|
| `keepwell catalogue --search ROI` | finds metrics by what people call them, or else by any word of their text; a single match is shown in full |
| `keepwell catalogue --add champions cards/health.yaml` | adds one to a card, with weight 0 at first: watch it for a while before it counts |
| `keepwell catalogue --area support --json` | for scripts: [the shape](json.md) |

In a workspace the commands also say which data is missing. A metric without data does no harm: it is missing, and its weight goes to the
others.

**Leading** metrics warn while there is still time, **lagging** ones show what has been decided; {leading} are leading. *By hand* marks
metrics that people enter: they cost time and are only as good as the discipline behind them.

**Words in free text.** Some metrics look for a word in a free-text column, such as a milestone named *go live* or a reading named
*integrations*; it is listed under **needs**. If your company uses another word, change it in the formula: a count of a word that nobody
uses is 0 for every account.

**Published figures** come from other companies, mostly from vendors' marketing, and seldom from accounts that renewed. Where a well-known
figure exists, its source is named. Some targets follow from the definition (no overdue milestones). For all others, {without} of {count},
there is no published figure: take the points in the formula as a start, and adjust them to your accounts that renewed.

*This page is generated from `src/keepwell/health/catalogue`; change that, then run `just catalogue`.*

| area | metrics | what it is about |
|---|---|---|
{areas}
"""


def page() -> str:
    """Write docs/catalogue.md."""
    areas = catalogue.areas(TABLES)
    metrics = [metric for area in areas for metric in area.metrics]
    head = HEAD.format(
        count=len(metrics),
        leading=sum(metric.is_leading for metric in metrics),
        without=sum(metric.figure == NO_FIGURE for metric in metrics),
        areas="\n".join(
            f"| [{area.title}](#{_anchor(area.title)}) | {len(area.metrics)} | {area.about} |"
            for area in areas
        ),
    )
    return head + "".join(map(_area, areas))


def _area(area: Area) -> str:
    rows = "\n".join(
        f"| [{metric.title}](#{_anchor(metric.title)}) | {metric.definition} | {_target(metric)} |"
        for metric in area.metrics
    )
    table = f"| metric | what it is | usual or good |\n|---|---|---|\n{rows}\n"
    return f"\n## {area.title}\n\n{area.about}\n\n{table}" + "".join(map(_metric, area.metrics))


def _target(metric: Metric) -> str:
    return metric.target or "take it from your accounts that renewed"


def _metric(metric: Metric) -> str:
    kind = "leading" if metric.is_leading else "lagging"
    by_hand = ", by hand" if metric.measure.is_manual else ""
    needs = "; ".join(
        f"[`{need.table}`](tables.md#{need.table})"
        + (f" ({', '.join(_column(need, each) for each in need.columns)})" if need.columns else "")
        for need in metric.needs
    )
    return (
        f"\n### {metric.title}\n\n"
        f"{metric.definition} *{metric.why}*\n\n"
        + (f"**Also called** {', '.join(metric.also)}.\n\n" if metric.also else "")
        + f"**{kind.capitalize()}**{by_hand}; review it {metric.rhythm}. **Needs** {needs}. {_figure(metric)}\n\n"
        f"**Beware.** {metric.beware}\n\n"
        + (f"**When it turns bad.** {metric.playbook}\n\n" if metric.playbook else "")
        + f"```yaml\n# {metric.name}\n{metric.formula.rstrip()}\n```\n"
    )


def _column(need: Need, column: str) -> str:
    words = " or ".join(f"*{word}*" for word in need.words.get(column, ()))
    return f"`{column}`: {words}" if words else f"`{column}`"


def _figure(metric: Metric) -> str:
    if metric.figure == NO_FIGURE:
        return "**No published figure**: take it from your accounts that renewed."
    if metric.figure == BY_MEANING:
        return f"**Good** is {metric.target}, by definition; no published figure."
    return f"**Usual or good**: {metric.target}. *Source: {metric.figure}.*"


def _anchor(title: str) -> str:
    """Make the anchor of a heading as Markdown viewers do."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
