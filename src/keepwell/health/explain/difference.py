"""This file says in plain sentences what differs between two definitions: one for each difference, and none only where they are equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.explain import entries, wording
from keepwell.health.explain.differing import Difference, fields, is_reordered, names
from keepwell.health.explain.wording import Plain

# Lists whose items have a name: the field that holds it, and what an item is called.
NAMED = {
    "bands": ("name", "band"),
    "segments": ("segment", "segment"),
    "accounts": ("account", "account"),
    "outcomes": ("outcome", "outcome"),
}
# What a segment or an account has different from the card, by path.
BY_PATH = {"weights": "weight", "points": "scale"}
# Lists that are asked from the top: where an item stands matters.
IN_ORDER = ("segments",)
TREE = ("health", "combine", "rules")


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """List what the second definition says differently, in the order of a card.

    It compares what cards say, field by field, so a field that is new to the language is told of as well.
    """
    if before == after:
        return ()
    old, new = document.plain(before), document.plain(after)
    tree, listed = (
        entries.known(before, after, old, new),
        [name for name in names(old, new) if _is_list(name, old, new)],
    )
    found = list(fields("The card", "", old, new, without=(*TREE, *listed)))
    for name in names(old, new):
        if name == "health":
            found += entries.differences(before, after, old, new)
        elif name in listed:
            found += _listed(name, _items(old, name), _items(new, name), tree)
    return tuple(found) or (
        Difference("changed", "", "The cards differ in a way that no card can say."),
    )


def _listed(
    name: str, old: Sequence[Plain], new: Sequence[Plain], tree: entries.Tree
) -> Iterator[Difference]:
    """Say which items of a list with names came, went, changed or stand elsewhere."""
    key, what = _named(name, [*old, *new])
    then, now = ({str(each[key]): each for each in items} for items in (old, new))
    for each in (each for each in then if each not in now):
        yield Difference(
            "removed",
            f"{name}.{each}",
            f"Removed {what} {each}{_described(key, then[each], tree)}.",
        )
    for each, item in now.items():
        label, path = f"{wording.capital(what)} {each}", f"{name}.{each}"
        if each not in then:
            place = (
                f", number {list(now).index(each) + 1} of {len(now)}"
                if name in IN_ORDER and len(now) > 1
                else ""
            )
            yield Difference(
                "added", path, f"Added {what} {each}{place}{_described(key, item, tree)}."
            )
        elif repr(then[each]) != repr(item):
            found = list(_item(label, path, then[each], item, tree))
            yield from found or [
                Difference("moved", path, f"{label}: the same stands in another order.")
            ]
    if is_reordered(list(then), list(now)):
        yield Difference(
            "moved", name, f"{wording.capital(name)} stand now in the order {', '.join(now)}."
        )


def _item(
    label: str, path: str, then: Plain, now: Plain, tree: entries.Tree
) -> Iterator[Difference]:
    """Say what differs about one item; of what a segment or an account has different by path, each path apart."""
    by_path = [name for name in BY_PATH if name in {*then, *now}]
    yield from fields(label, path, then, now, without=by_path)
    for name in by_path:
        was, says = (each.get(name) or {} for each in (then, now))
        for way in names(was, says):
            if repr(was.get(way)) != repr(says.get(way)):
                one, other = (_differing(name, way, each.get(way), tree) for each in (was, says))
                what = f"the {BY_PATH[name]} of {_label(way, tree)}"
                yield Difference(
                    "changed", f"{path}.{way}", f"{label}: {what} is now {other}, was {one}."
                )


def _described(key: str, item: Plain, tree: entries.Tree) -> str:
    """Say what an item is, beside its name."""
    said = []
    for name, given in item.items():
        if name in BY_PATH and isinstance(given, Mapping):
            what = BY_PATH[name]
            said += [
                f"{what} of {_label(way, tree)} {_differing(name, way, each, tree)}"
                for way, each in given.items()
            ]
        elif name != key:
            said.append(f"{name.replace('_', ' ')} {wording.value(name, given)}")
    return f" ({'; '.join(said)})" if said else ""


def _differing(name: str, path: str, given: object, tree: entries.Tree) -> str:
    """Say a weight or a scale that differs from the card's."""
    if given is None:
        return "as on the card"
    is_share = path in tree and wording.reads_shares(tree[path].says)
    return wording.value("points" if name == "points" else "weight", given, is_share)


def _label(path: str, tree: entries.Tree) -> str:
    return tree[path].label if path in tree else path


def _named(name: str, items: Sequence[Plain]) -> tuple[str, str]:
    """By which field the items of a list are told apart, the first one where the list is new, and what one is called."""
    return NAMED.get(name) or (next(iter(items[0])), name.removesuffix("s"))


def _is_list(name: str, *cards: Plain) -> bool:
    """Whether a field holds lists of mappings that are told apart by a name."""
    lists = [card[name] for card in cards if isinstance(card.get(name), list)]
    items = [item for each in lists for item in each]
    if name in TREE or not items or not all(isinstance(item, Mapping) and item for item in items):
        return False
    key, _ = _named(name, items)
    return all(len({str(item.get(key, "")) for item in each} - {""}) == len(each) for each in lists)


def _items(card: Plain, name: str) -> list[Plain]:
    return list(card.get(name) or ())
