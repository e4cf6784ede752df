"""This file finds all differences between two definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.explain import entry_differences
from keepwell.health.explain.card_difference import (
    Difference,
    Given,
    Plain,
    in_fields,
    is_reordered,
    names,
    reads_percents,
    reordered,
)
from keepwell.health.explain.entry_differences import Tree

# Lists whose items have a name: the field that holds it, and what an item is called.
NAMED = {
    "bands": ("name", "band"),
    "segments": ("segment", "segment"),
    "accounts": ("account", "account"),
    "outcomes": ("outcome", "outcome"),
}
# What a segment or an account changes by path: the list's name, and the field of an entry that it stands for.
BY_PATH = {"weights": "weight", "points": "points"}
IN_ORDER = ("segments",)  # the first that fits applies, so their order matters
TREE = ("health", "combine", "rules")


def between(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """List the differences, in the order of a card; none only if the definitions are equal.

    It compares the fields that cards write, so a field that is new to the language is compared as
    well.
    """
    if before == after:
        return ()
    old, new = document.plain(before), document.plain(after)
    tree = entry_differences.tree(before, old) | entry_differences.tree(after, new)
    listed = [name for name in names(old, new) if _is_list(name, old, new)]
    found = list(in_fields("card", "", "", old, new, without=(*TREE, *listed)))
    for name in names(old, new):
        if name == "health":
            found += entry_differences.between(before, after, old, new)
        elif name in listed:
            found += _in_list(name, old.get(name) or (), new.get(name) or (), tree)  # type: ignore[arg-type]
    return tuple(found) or (Difference("changed", "", "card", ""),)


def _in_list(
    name: str, old: Sequence[Plain], new: Sequence[Plain], tree: Tree
) -> Iterator[Difference]:
    """Find which named items were added, removed, changed or moved."""
    key, what = _named(name, [*old, *new])
    then, now = ({str(each[key]): each for each in items} for items in (old, new))
    for each in (each for each in then if each not in now):
        details = _details(key, then[each], tree)
        yield Difference("removed", f"{name}.{each}", what, each, details=details)
    for nth, (each, item) in enumerate(now.items(), start=1):
        path = f"{name}.{each}"
        if each not in then:
            position = (nth, len(now)) if name in IN_ORDER and len(now) > 1 else None
            details = _details(key, item, tree)
            yield Difference("added", path, what, each, position=position, details=details)
        elif repr(then[each]) != repr(item):
            found = list(_in_item(what, each, path, then[each], item, tree))
            yield from found or [reordered(path, what, each, list(then[each]), list(item))]
    if is_reordered(list(then), list(now)):
        yield reordered(name, name, "", list(then), list(now))


def _in_item(
    what: str, label: str, path: str, then: Plain, now: Plain, tree: Tree
) -> Iterator[Difference]:
    """Find what differs in one item; changes by path are listed one by one."""
    by_path = [name for name in BY_PATH if name in {*then, *now}]
    yield from in_fields(what, label, path, then, now, without=by_path)
    for name in by_path:
        was, now_is = (each.get(name) or {} for each in (then, now))
        for way in names(was, now_is):
            if repr(was.get(way)) != repr(now_is.get(way)):
                before, after = (_by_path(name, way, each.get(way), tree) for each in (was, now_is))
                yield Difference(
                    "changed", f"{path}.{way}", what, label, BY_PATH[name], before, after
                )


def _details(key: str, item: Plain, tree: Tree) -> tuple[Given, ...]:
    details: list[Given] = []
    for name, value in item.items():
        if name in BY_PATH and isinstance(value, Mapping):
            details += [_by_path(name, way, each, tree) for way, each in value.items()]
        elif name != key:
            details.append(Given(name, value))
    return tuple(details)


def _by_path(name: str, path: str, value: object, tree: Tree) -> Given:
    """A weight or a scale that a segment or an account has instead of the card's; none where it has
    the card's."""
    entry = tree.get(path)
    is_percent = entry is not None and reads_percents(entry.fields)
    return Given(BY_PATH[name], value, is_percent, of=entry.label if entry else path)


def _named(name: str, items: Sequence[Plain]) -> tuple[str, str]:
    """Find the field that identifies the items of a list (the first one if the list is new), and
    what an item is called."""
    return NAMED.get(name) or (next(iter(items[0])), name.removesuffix("s"))


def _is_list(name: str, *cards: Plain) -> bool:
    """Whether a field holds lists of mappings that are identified by a name."""
    lists = [card[name] for card in cards if isinstance(card.get(name), list)]
    items = [item for each in lists for item in each]
    if name in TREE or not items or not all(isinstance(item, Mapping) and item for item in items):
        return False
    key, _ = _named(name, items)
    return all(len({str(item.get(key, "")) for item in each} - {""}) == len(each) for each in lists)
