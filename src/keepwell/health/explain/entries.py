"""This file says what differs between the trees of two definitions: groups, measures and rules that came, went, changed or moved."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from keepwell.health.definition.scorecard import Definition, Leaf, below, nominal_shares, walk
from keepwell.health.explain import wording
from keepwell.health.explain.differing import Difference, fields, is_reordered
from keepwell.health.explain.wording import Plain

WHOLE = "the whole"
NOT_OWN = ("group", "measure", "of", "rules")


@dataclass(frozen=True)
class Placed:
    """One entry of a tree as a card writes it, where it stands, and the share of the whole that it weighs."""

    kind: str
    name: str
    path: str
    label: str
    says: Plain
    rules: Sequence[Plain]
    children: tuple[str, ...]
    share: float

    @property
    def parent(self) -> str:
        return self.path.rpartition(".")[0]

    @property
    def weighed(self) -> str:
        return f"weight {self.says.get('weight')}, {wording.percent(self.share)} of the whole"


Tree = Mapping[str, Placed]


def differences(
    before: Definition, after: Definition, old: Plain, new: Plain
) -> Iterator[Difference]:
    """Say what differs in the tree; `old` and `new` are the definitions as plain values."""
    then, now = tree(before, old), tree(after, new)
    same = _matched(then, now)
    was = {path: earlier for earlier, path in same.items()}
    for path, entry in then.items():
        if path not in same:
            sentence = f"Removed {entry.kind} {entry.label} from {then[entry.parent].label} ({entry.weighed})."
            yield Difference("removed", path, sentence)
    for path, entry in now.items():
        if path in was:
            yield from _changed(then[was[path]], entry, then, now, same)
        else:
            yield _added(entry, now)
            yield from _ruled(entry, (), entry.rules)


def known(before: Definition, after: Definition, old: Plain, new: Plain) -> dict[str, Placed]:
    """Every entry of either tree by path; as it is now, where both have it."""
    return tree(before, old) | tree(after, new)


def tree(definition: Definition, card: Plain) -> dict[str, Placed]:
    """All entries from the top, by path, each with its own fields alone."""
    shares, entries = nominal_shares(definition.root), dict(walk(definition.root))
    weighed: Counter[str] = Counter()
    for path, share in shares.items():
        parts = path.split(".")
        for length in range(len(parts) + 1):
            weighed[".".join(parts[:length])] += share  # type: ignore[assignment]  # a count may be a part
    found: dict[str, Placed] = {}

    def place(kind: str, path: str, says: Plain, of: Sequence[Plain]) -> None:
        entry, own = (
            entries[path],
            {name: given for name, given in says.items() if name not in NOT_OWN},
        )
        if isinstance(entry, Leaf):  # what a card leaves out follows from the window
            own["least_tenure"] = f"{entry.measure.least_tenure_days} days"
        names = tuple(str(each.get("group") or each["measure"]) for each in of)
        label = entry.label if path else WHOLE
        found[path] = Placed(
            kind, entry.name, path, label, own, says.get("rules", ()), names, weighed[path]
        )
        for name, each in zip(names, of, strict=True):
            place(
                "group" if "group" in each else "measure",
                below(path, name),
                each,
                each.get("of", ()),
            )

    top = {name: card[name] for name in ("combine", "rules") if name in card}
    place("group", "", top, card["health"])
    return found


def _matched(then: Tree, now: Tree) -> dict[str, str]:
    """Which entry of now is which of then: the one in its place, else the only one of its name, else of its title."""
    same: dict[str, str] = {}

    def match(key: Callable[[Placed], Hashable]) -> None:
        taken = set(same.values())
        left, free = _once(key, then, set(same)), _once(key, now, taken)
        same.update({path: free[word] for word, path in left.items() if word in free})

    match(lambda entry: (entry.kind, entry.path))
    match(lambda entry: (entry.kind, entry.name))
    match(lambda entry: (entry.kind, entry.says.get("title") or entry.path))
    return same


def _once(key: Callable[[Placed], Hashable], tree: Tree, taken: set[str]) -> dict[Hashable, str]:
    """The paths of the entries that are not taken, by a key that no other of them has."""
    left = [(key(entry), path) for path, entry in tree.items() if path not in taken]
    met = Counter(word for word, _ in left)
    return {word: path for word, path in left if met[word] == 1}


def _added(entry: Placed, now: Tree) -> Difference:
    combine = f", combined by {entry.says['combine']}" if "combine" in entry.says else ""
    what = f": {wording.measured(entry.says)}" if entry.kind == "measure" else combine
    sentence = (
        f"Added {entry.kind} {entry.label} to {now[entry.parent].label} ({entry.weighed}){what}."
    )
    return Difference("added", entry.path, sentence)


def _changed(
    then: Placed, now: Placed, old: Tree, new: Tree, same: Mapping[str, str]
) -> Iterator[Difference]:
    """Say what differs about one entry that both cards have: its name, place, fields, rules and the order below it."""
    label = wording.capital(now.label)
    if now.path and same.get(then.parent) != now.parent:
        places = f"from {old[then.parent].label} to {new[now.parent].label}"
        yield Difference("moved", now.path, f"Moved {now.kind} {now.label} {places}.")
    if then.name != now.name:
        yield Difference(
            "changed", now.path, f"{label}: the name is now {now.name}, was {then.name}."
        )
    if repr(then.says.get("weight")) != repr(now.says.get("weight")):
        shares = f"{wording.percent(now.share)} of the whole, was {wording.percent(then.share)}"
        said = (wording.value("weight", each.says.get("weight")) for each in (now, then))
        yield Difference(
            "changed", now.path, f"{label}: the weight is now {', was '.join(said)} ({shares})."
        )
    are_shares = (wording.reads_shares(then.says), wording.reads_shares(now.says))
    yield from fields(
        label, now.path, then.says, now.says, without=("weight",), is_share=are_shares
    )
    yield from _ruled(now, then.rules, now.rules)
    yield from _reordered(then, now, new, same)


def _reordered(
    then: Placed, now: Placed, new: Tree, same: Mapping[str, str]
) -> Iterator[Difference]:
    """Say where what stands below stands in another order, or is asked in another, where a gate makes that matter."""
    ways = [same.get(below(then.path, name)) for name in then.children]
    here = [below(now.path, name) for name in now.children]
    is_asked = "gate" in (then.says.get("combine"), now.says.get("combine")) and len(here) > 1
    if is_reordered([way for way in ways if way], here) or (is_asked and ways != here):
        order = ", ".join(new[way].label for way in here)
        yield Difference(
            "moved", now.path, f"{wording.capital(now.label)}: the order is now {order}."
        )


def _ruled(entry: Placed, then: Sequence[Plain], now: Sequence[Plain]) -> Iterator[Difference]:
    """Say which rules of a group came, went, changed or act in another order."""
    pairs = _paired(then, now)
    kept = set(pairs.values())
    for nth, each in enumerate(then):
        if nth not in pairs:
            sentence = f"Removed from {entry.label} the rule: {wording.rule(each)} ({each.get('because')})."
            yield Difference("removed", entry.path, sentence)
    for nth, each in enumerate(now):
        if nth not in kept:
            place = f", number {nth + 1} of {len(now)}" if len(now) > 1 else ""
            sentence = f"Added to {entry.label} the rule{place}: {wording.rule(each)} ({each.get('because')})."
            yield Difference("added", entry.path, sentence)
    for old, new in pairs.items():
        label = f"{wording.capital(entry.label)}, rule {wording.rule(then[old])}"
        yield from fields(
            label, entry.path, wording.rule_fields(then[old]), wording.rule_fields(now[new])
        )
    if list(pairs.values()) != sorted(pairs.values()):
        order = "; ".join(wording.rule(each) for each in now)
        yield Difference(
            "moved",
            entry.path,
            f"{wording.capital(entry.label)}: the rules act now in the order {order}.",
        )


def _paired(then: Sequence[Plain], now: Sequence[Plain]) -> dict[int, int]:
    """Which rule of now is which of then, by their places: the same one, else the first that says the most of the same."""
    pairs: dict[int, int] = {}
    free = set(range(len(now)))
    for alike in (repr, _kind_and_when, _when, _because):
        waiting: dict[object, deque[int]] = defaultdict(deque)
        for at in sorted(free):
            waiting[alike(now[at])].append(at)
        for nth, each in enumerate(then):
            if nth not in pairs and waiting[alike(each)]:
                pairs[nth] = waiting[alike(each)].popleft()
        free -= set(pairs.values())
    return dict(sorted(pairs.items()))


def _kind_and_when(rule: Plain) -> object:
    return next(iter(rule)), rule.get("when")


def _when(rule: Plain) -> object:
    return rule.get("when")


def _because(rule: Plain) -> object:
    return rule.get("because")
