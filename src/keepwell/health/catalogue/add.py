"""This file adds a metric to a card's text, and leaves every other line unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keepwell.errors import Invalid, did_you_mean
from keepwell.health.catalogue.metric import Metric
from keepwell.health.definition import document, insertion
from keepwell.health.definition.scorecard import Definition, Group, below, walk
from keepwell.health.definition.table import Table


class NotAdded(Invalid):
    """A metric that cannot be added where it was asked for; says why and the way out."""

    code = "K102"


def add(
    text: str,
    definition: Definition,
    metric: Metric,
    *,
    group: str,
    weight: str,
    tables: Mapping[str, Table],
) -> tuple[str, str]:
    """Add a metric to the end of a group of a card; gives the new text, and the metric's path.

    `definition` is the text as it was read. Raises `NotAdded` where the name is taken, where no
    group or more than one could be meant, or where the group is written so that nothing can be
    added to it.
    """
    path = _group(definition, group)
    for way, entry in walk(definition.root):
        if way and entry.name == metric.name:
            raise NotAdded(
                f"The card already has `{metric.name}`, at {way}. Remove that one first, or keep it."
            )
    where = f"group `{path}`" if path else "card"
    try:
        new = insertion.insert(text, path, metric.entry(weight))
    except insertion.NoPlace as error:
        raise NotAdded(f"Cannot add to the {where}: {error}") from None
    read = document.read(new, file="", tables=tables)
    if read.definition is None or not _is_same(
        definition, read.definition, below(path, metric.name)
    ):
        raise NotAdded(
            f"Cannot add to the {where} without changing other lines. Write its entries one below the other."
        )
    return new, below(path, metric.name)


def _group(definition: Definition, asked: str) -> str:
    groups = [path for path, entry in walk(definition.root) if path and isinstance(entry, Group)]
    if asked and asked not in groups:
        raise NotAdded(f"The card has no group `{asked}`. {did_you_mean(asked, groups)}")
    if not asked and len(groups) > 1:
        raise NotAdded(
            f"The card has several groups: {', '.join(groups)}. Choose one, such as --group {groups[0]}"
        )
    return asked or "".join(groups)


def _is_same(before: Definition, after: Definition, path: str) -> bool:
    """Whether two cards differ by one new entry only."""
    return replace(after, root=_without(after.root, path)) == before


def _without(group: Group, path: str) -> Group:
    name, _, rest = path.partition(".")
    if not rest:
        return replace(
            group, children=tuple(child for child in group.children if child.name != name)
        )
    children = tuple(
        _without(child, rest) if child.name == name and isinstance(child, Group) else child
        for child in group.children
    )
    return replace(group, children=children)
