"""This file finds what differs between the trees of two definitions: groups, measures and rules."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keepwell.health.definition.scorecard import Definition, Leaf, below, nominal_shares, walk
from keepwell.health.explain.card_difference import (
    Difference,
    Given,
    Place,
    Plain,
    in_fields,
    is_reordered,
    reads_percents,
    reordered,
)

NOT_OWN = ("group", "measure", "of", "rules")


@dataclass(frozen=True)
class Placed:
    """One entry of a tree as a card writes it, with its path and its share of the whole score."""

    kind: str
    name: str
    path: str
    label: str
    fields: Plain
    rules: Sequence[Plain]
    children: tuple[str, ...]
    share: float

    @property
    def parent(self) -> str:
        return self.path.rpartition(".")[0]

    def place(self, tree: Tree) -> Place:
        return Place(tree[self.parent].label, self.fields.get("weight"), self.share)


Tree = Mapping[str, Placed]


def between(before: Definition, after: Definition, old: Plain, new: Plain) -> Iterator[Difference]:
    """Find what differs in the tree; `old` and `new` are the definitions as plain values."""
    then, now = tree(before, old), tree(after, new)
    same = _matched(then, now)
    was = {path: earlier for earlier, path in same.items()}
    for path, entry in then.items():
        if path not in same:
            yield Difference("removed", path, entry.kind, entry.label, was_at=entry.place(then))
    for path, entry in now.items():
        if path in was:
            yield from _changed(then[was[path]], entry, then, now, same)
        else:
            is_percent = reads_percents(entry.fields)
            details = tuple(Given(name, each, is_percent) for name, each in entry.fields.items())
            yield Difference(
                "added", path, entry.kind, entry.label, is_at=entry.place(now), details=details
            )
            yield from _in_rules(entry, (), entry.rules)


def tree(definition: Definition, card: Plain) -> dict[str, Placed]:
    """List all entries from the top, by path, each with its own fields only. The whole has an empty
    label."""
    entries = dict(walk(definition.root))
    shares: defaultdict[str, float] = defaultdict(float)
    for path, share in nominal_shares(definition.root).items():
        parts = path.split(".")
        for length in range(len(parts) + 1):
            shares[".".join(parts[:length])] += share
    found: dict[str, Placed] = {}

    def place(kind: str, path: str, written: Plain, of: Sequence[Plain]) -> None:
        entry = entries[path]
        fields = {name: value for name, value in written.items() if name not in NOT_OWN}
        if isinstance(entry, Leaf):  # what a card leaves out follows from the window
            fields["least_tenure"] = f"{entry.measure.least_tenure_days} days"
        children = tuple(str(each.get("group") or each["measure"]) for each in of)
        label, rules = entry.label if path else "", written.get("rules", ())
        found[path] = Placed(kind, entry.name, path, label, fields, rules, children, shares[path])
        for name, each in zip(children, of, strict=True):
            inner = "group" if "group" in each else "measure"
            place(inner, below(path, name), each, each.get("of", ()))

    top = {name: card[name] for name in ("combine", "rules") if name in card}
    place("group", "", top, card["health"])
    return found


def _matched(then: Tree, now: Tree) -> dict[str, str]:
    """Match entries by path, else by a name that only one of them has, else by such a title."""
    same: dict[str, str] = {}

    def match(key: Callable[[Placed], Hashable]) -> None:
        taken = set(same.values())
        left, free = _unique(key, then, set(same)), _unique(key, now, taken)
        same.update({path: free[word] for word, path in left.items() if word in free})

    match(lambda entry: (entry.kind, entry.path))
    match(lambda entry: (entry.kind, entry.name))
    match(lambda entry: (entry.kind, entry.fields.get("title") or entry.path))
    return same


def _unique(key: Callable[[Placed], Hashable], tree: Tree, taken: set[str]) -> dict[Hashable, str]:
    """Map a key that only one free entry has to the path of that entry."""
    left = [(key(entry), path) for path, entry in tree.items() if path not in taken]
    counts = Counter(word for word, _ in left)
    return {word: path for word, path in left if counts[word] == 1}


def _changed(
    then: Placed, now: Placed, old: Tree, new: Tree, same: Mapping[str, str]
) -> Iterator[Difference]:
    """Find what differs in an entry that both cards have: place, name, weight, fields, rules,
    order."""
    if now.path and same.get(then.parent) != now.parent:
        yield Difference(
            "moved", now.path, now.kind, now.label, was_at=then.place(old), is_at=now.place(new)
        )
    if then.name != now.name:
        before, after = Given("name", then.name), Given("name", now.name)
        yield Difference("changed", now.path, now.kind, now.label, "name", before, after)
    if repr(then.fields.get("weight")) != repr(now.fields.get("weight")):
        before, after = (Given("weight", each.fields.get("weight")) for each in (then, now))
        places = then.place(old), now.place(new)
        yield Difference("changed", now.path, now.kind, now.label, "weight", before, after, *places)
    percents = reads_percents(then.fields), reads_percents(now.fields)
    yield from in_fields(
        now.kind, now.label, now.path, then.fields, now.fields, without=("weight",), is_percent=percents
    )  # fmt: skip
    yield from _in_rules(now, then.rules, now.rules)
    was = [same.get(below(then.path, name)) for name in then.children]
    stands = [below(now.path, name) for name in now.children]
    # A gate asks its children one after the other, so there even an inserted one changes what the others mean.
    is_gate = "gate" in (then.fields.get("combine"), now.fields.get("combine")) and len(stands) > 1
    if is_reordered([way for way in was if way], stands) or (is_gate and was != stands):
        stood = [old[below(then.path, name)].label for name in then.children]
        yield reordered(now.path, now.kind, now.label, stood, [new[way].label for way in stands])


def _in_rules(entry: Placed, then: Sequence[Plain], now: Sequence[Plain]) -> Iterator[Difference]:
    """Find which rules of a group were added, removed, changed, or apply in another order."""
    pairs = _paired(then, now)
    kept = set(pairs.values())
    for nth, each in enumerate(then):
        if nth not in pairs:
            details = (Given("rule", each),)
            yield Difference("removed", entry.path, "rule", entry.label, details=details)
    for nth, each in enumerate(now):
        if nth not in kept:
            position = (nth + 1, len(now)) if len(now) > 1 else None
            details = (Given("rule", each),)
            yield Difference(
                "added", entry.path, "rule", entry.label, position=position, details=details
            )
    for nth, at in pairs.items():
        for found in in_fields(
            "rule", entry.label, entry.path, _fields(then[nth]), _fields(now[at])
        ):
            yield replace(found, details=(Given("rule", then[nth]),))
    if list(pairs.values()) != sorted(pairs.values()):
        before, after = Given("rules", tuple(then)), Given("rules", tuple(now))
        yield Difference("moved", entry.path, "rules", entry.label, "rules", before, after)


def _fields(written: Plain) -> Plain:
    """Name a rule's fields in the same way for every kind of rule.

    >>> _fields({"cap": 49, "when": "pulse = red"})
    {'kind': 'cap', 'limit': 49, 'when': 'pulse = red'}
    """
    kind, points = next(iter(written.items()))
    rest = {name: each for name, each in written.items() if name != kind}
    return {"kind": kind, "limit": points, **rest}


def _paired(then: Sequence[Plain], now: Sequence[Plain]) -> dict[int, int]:
    """Pair rules by their places: equal ones, else the first with the same kind and condition,
    condition, or reason."""
    pairs: dict[int, int] = {}
    free = set(range(len(now)))
    keys: tuple[Callable[[Plain], object], ...] = (
        repr,
        lambda rule: (next(iter(rule)), rule.get("when")),
        lambda rule: rule.get("when"),
        lambda rule: rule.get("because"),
    )
    for key in keys:
        waiting: dict[object, deque[int]] = defaultdict(deque)
        for at in sorted(free):
            waiting[key(now[at])].append(at)
        for nth, each in enumerate(then):
            if nth not in pairs and waiting[key(each)]:
                pairs[nth] = waiting[key(each)].popleft()
        free -= set(pairs.values())
    return dict(sorted(pairs.items()))
