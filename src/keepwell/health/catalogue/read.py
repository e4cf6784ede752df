"""This file reads the catalogue from its YAML files, one for each area."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

from keepwell.errors import NotFound, did_you_mean
from keepwell.health.catalogue import needs
from keepwell.health.catalogue.metric import Area, Metric
from keepwell.health.definition import measure, node
from keepwell.health.definition.field import Faults, Fields
from keepwell.health.definition.node import Node
from keepwell.health.definition.table import Table

# In the order of the page: usage, opinions, agreements, money.
AREAS = (
    "usage", "adoption", "onboarding", "value", "sentiment", "engagement", "relationships", "support", "business", "commercial",
)  # fmt: skip
RHYTHMS = ("daily", "weekly", "monthly", "quarterly", "yearly")


class NoSuchMetric(NotFound):
    """A name that the catalogue does not have."""

    code = "K101"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        nearest = did_you_mean(name, known)
        search = f"Search for it: keepwell catalogue --search {name}"
        super().__init__(
            f"The catalogue has no metric `{name}`. {nearest if nearest.startswith('Did') else search}"
        )


def areas(tables: Mapping[str, Table]) -> tuple[Area, ...]:
    """Read all areas; `tables` are those that a measure may read."""
    return tuple(_area(name, tables) for name in AREAS)


def metrics(tables: Mapping[str, Table]) -> tuple[Metric, ...]:
    """Read all metrics, in the order of the areas."""
    return tuple(metric for area in areas(tables) for metric in area.metrics)


def search(tables: Mapping[str, Table], words: str = "", area: str = "") -> tuple[Metric, ...]:
    """Find the metrics of an area (all where it is empty) that some words are about.

    What is called so comes alone: only where nothing is, the words are looked for in all texts.
    """
    inside = tuple(each for each in metrics(tables) if area in ("", each.area))
    exact = tuple(each for each in inside if each.name == words.strip().lower())
    called = exact or tuple(each for each in inside if each.is_called(words))
    return called or tuple(each for each in inside if each.matches(words))


def find(tables: Mapping[str, Table], name: str) -> Metric:
    """Find one metric by its name. Raises `NoSuchMetric` with the nearest name."""
    known = {metric.name: metric for metric in metrics(tables)}
    if name not in known:
        raise NoSuchMetric(name, known)
    return known[name]


@cache
def _text(area: str) -> tuple[str, Node]:
    text = resources.files(__package__).joinpath(f"{area}.yaml").read_text(encoding="utf-8")
    return text, node.parse(text, f"{area}.yaml")


def _area(name: str, tables: Mapping[str, Table]) -> Area:
    text, root = _text(name)
    faults = Faults(f"{name}.yaml")
    fields = Fields(root, "", faults)
    lines = text.splitlines()
    read = [_metric(name, Fields(each, f"metrics[{at}]", faults), lines, tables)
            for at, each in enumerate(fields.items("metrics", required=True))]  # fmt: skip
    area = Area(
        fields.text("area", required=True, choices=(name,)), fields.text("title", required=True),
        fields.text("about", required=True), tuple(metric for metric in read if metric),
    )  # fmt: skip
    fields.close()
    assert not faults.found, f"the catalogue is at fault: {'; '.join(map(str, faults.found))}"
    return area


def _metric(
    area: str, fields: Fields, lines: list[str], tables: Mapping[str, Table]
) -> Metric | None:
    name, indicator = (
        fields.name("metric"),
        fields.text("indicator", required=True, choices=("leading", "lagging")),
    )
    is_manual = fields.text("source", choices=("automated", "manual")) == "manual"
    made = _measure(fields, name, tables)
    if made is None:
        return None
    metric = Metric(
        name=name,
        title=fields.text("title", required=True),
        area=area,
        definition=fields.text("definition", required=True),
        why=fields.text("why", required=True),
        target=fields.text("target"),
        figure=fields.text("figure", required=True),
        rhythm=fields.text("rhythm", required=True, choices=RHYTHMS),
        beware=fields.text("beware", required=True),
        playbook=fields.text("playbook", required=indicator == "leading"),
        measure=replace(
            made,
            is_leading=indicator == "leading",
            is_manual=is_manual,
            playbook=fields.text("playbook"),
        ),
        missing=fields.text("missing") or "skip",
        needs=needs.of(made, tables),
        head=_written(fields.node, lines, "title") + _written(fields.node, lines, "why"),
        action=_written(fields.node, lines, "playbook") if fields.has("playbook") else "",
        also=tuple(name.strip() for name in fields.text("also").split(",") if name.strip()),
        formula=textwrap.dedent(_written(fields.node, lines, "formula").partition("\n")[2]),
    )
    fields.close()
    return metric


def _measure(fields: Fields, name: str, tables: Mapping[str, Table]) -> measure.Measure | None:
    """Read the formula as a measure of a card."""
    written = fields.entry("formula", required=True)
    if written is None:
        return None
    own = {key: entry for key in ("title", "why") if (entry := fields.entry(key))}
    entries = {"measure": Node(fields.node.line, text=name), **own, **(written.entries or {})}
    of_card = Fields(replace(written, entries=entries), f"{fields.path}.formula", fields.faults)
    made = measure.read(of_card, tables)
    of_card.close()
    return made


def _written(metric: Node, lines: list[str], name: str) -> str:
    """Return the lines of one field as written, without indentation."""
    following = [line for line in metric.key_lines.values() if line > metric.key_lines[name]]
    first = metric.key_lines[name] - 1
    last = min(following) - 1 if following else first + 1
    return textwrap.dedent("\n".join(lines[first:last]) + "\n")
