"""This file holds what a segment is: some accounts, and how their card differs; and the same for
single accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keepwell.errors import did_you_mean
from keepwell.health.definition import condition, grammar, limit, scale, window
from keepwell.health.definition.condition import Condition
from keepwell.health.definition.field import Faults, Fields, write_number
from keepwell.health.definition.node import Node
from keepwell.health.definition.scale import Lookup, Scale
from keepwell.health.definition.scorecard import Definition, Entry, Group, Leaf, below, walk
from keepwell.health.definition.table import Table

EVERYONE = "everyone"


@dataclass(frozen=True)
class Amendment:
    """How a card differs: weights and scales by path."""

    weights: tuple[tuple[str, float], ...] = ()
    scales: tuple[tuple[str, Scale], ...] = ()

    def applied(self, root: Group) -> Group:
        """Find the card of one account, given the name of its segment."""
        return _put(root, "", dict(self.weights), dict(self.scales))


@dataclass(frozen=True)
class Segment:
    """The accounts that meet a condition, and how their card differs.

    `touch_within_days` stands in place of the card's; 0 where no touch is ever due.
    """

    name: str
    when: Condition
    amendment: Amendment
    touch_within_days: int | None = None


@dataclass(frozen=True)
class Exemption:
    """One account whose card differs on top of its segment, and the reason."""

    account_id: str
    because: str
    amendment: Amendment


@dataclass(frozen=True)
class Variant:
    """The card that applies to some accounts, and why."""

    segment: str
    why: str
    definition: Definition


def variant(
    definition: Definition, segment: Segment | None, exemption: Exemption | None
) -> Variant:
    """Apply the differences of a segment, and then of an account, to a card."""
    root, name, why = definition.root, EVERYONE, ""
    if segment:
        root, name, why = (
            segment.amendment.applied(root),
            segment.name,
            condition.write(segment.when),
        )
    if exemption:
        root = exemption.amendment.applied(root)
        why = f"{why}; {exemption.because}" if why else exemption.because
    return Variant(name, why, replace(definition, root=root, segments=(), exemptions=()))


def applied(definition: Definition, account_id: str, name: str) -> Variant:
    """Apply the differences to a card."""
    own = next((each for each in definition.segments if each.name == name), None)
    exempt = next((each for each in definition.exemptions if each.account_id == account_id), None)
    return variant(definition, own, exempt)


def touch_within(definition: Definition, name: str) -> int | None:
    """How many days after a two-way touch the next one is due, for the segment of a name; none where none ever is."""
    own = next((each for each in definition.segments if each.name == name), None)
    if own is not None and own.touch_within_days is not None:
        return own.touch_within_days or None
    return definition.touch_within_days


def variants(definition: Definition) -> Iterator[Variant]:
    """Yield every card that can apply; for each segment, first the one without exemptions."""
    segments: tuple[Segment | None, ...] = (*definition.segments, None)
    for segment in segments:
        yield variant(definition, segment, None)
        for exemption in definition.exemptions:
            yield variant(definition, segment, exemption)


def leaves(definition: Definition) -> Iterator[tuple[str, Leaf]]:
    """Yield every measure that some account's card can have, with its path: as it stands, and with
    each scale that a segment or an account gives it.

    An account's scale stands in place of its segment's, so no card has a measure that is not here.
    Making every card instead would make as many as segments times accounts.
    """
    own = {path: entry for path, entry in walk(definition.root) if isinstance(entry, Leaf)}
    yield from own.items()
    amendments = [each.amendment for each in definition.segments]
    amendments += [each.amendment for each in definition.exemptions]
    for amendment in amendments:
        for path, given in amendment.scales:
            leaf = own[path]
            yield path, replace(leaf, measure=replace(leaf.measure, scale=given))


def _put(
    group: Group, path: str, weights: Mapping[str, float], scales: Mapping[str, Scale]
) -> Group:
    children: list[Entry] = []
    for child in group.children:
        way = below(path, child.name)
        entry: Entry = child
        if isinstance(child, Group):
            entry = _put(child, way, weights, scales)
        elif way in scales:
            entry = replace(child, measure=replace(child.measure, scale=scales[way]))
        children.append(replace(entry, weight=weights[way]) if way in weights else entry)
    return replace(group, children=tuple(children))


def read(
    nodes: Sequence[Node],
    faults: Faults,
    root: Group,
    accounts: Table,
    faulty: Collection[str] = (),
) -> tuple[Segment, ...]:
    """Read the list of segments, in order; faults of what is `faulty` are reported elsewhere."""
    segments: list[Segment] = []
    for at, node in enumerate(nodes):
        fields = Fields(node, f"segments[{at}]", faults)
        name, when = fields.name("segment"), _condition(fields, accounts)
        touch = fields.parsed("touch_within", window.read_tenure)
        amendment = _amendment(fields, root, accounts, faulty)
        fields.close()
        if name in (EVERYONE, *(segment.name for segment in segments)):
            fields.fault("C505", "segment", "is already taken:", name)
        elif name and when:
            segments.append(Segment(name, when, amendment, touch))
    return tuple(segments)


def read_exemptions(
    nodes: Sequence[Node],
    faults: Faults,
    root: Group,
    accounts: Table,
    faulty: Collection[str] = (),
) -> tuple[Exemption, ...]:
    """Read the list of single accounts whose card differs."""
    found: list[Exemption] = []
    for at, node in enumerate(nodes):
        fields = Fields(node, f"accounts[{at}]", faults)
        account_id, because = (
            fields.text("account", required=True, most=limit.KEY),
            fields.text("because", required=True),
        )
        amendment = _amendment(fields, root, accounts, faulty)
        fields.close()
        if account_id in [exemption.account_id for exemption in found]:
            fields.fault("C506", "account", "is listed twice:", account_id)
        elif account_id and because:
            found.append(Exemption(account_id, because, amendment))
    return tuple(found)


def _condition(fields: Fields, accounts: Table) -> Condition | None:
    text = fields.text("when", required=True)
    try:
        return grammar.read(text, accounts) if text else None
    except grammar.Unclear as error:
        fields.fault("C503", "when", error.what, error.got, error.way_out)
        return None


def _amendment(fields: Fields, root: Group, accounts: Table, faulty: Collection[str]) -> Amendment:
    """Read `weights` and `points`, both by path."""
    entries = {path: entry for path, entry in walk(root) if path}
    leaves = {path: entry for path, entry in entries.items() if isinstance(entry, Leaf)}
    weights = [
        (path, fields.as_number(f"weights.{path}", node, 0, 1_000_000))
        for path, node in _paths(fields, "weights", entries, faulty)
    ]
    scales = [
        (path, _scale(fields, path, node, leaves[path], accounts))
        for path, node in _paths(fields, "points", leaves, faulty)
    ]
    return Amendment(
        tuple((path, weight) for path, weight in weights if weight is not None),
        tuple((path, each) for path, each in scales if each is not None),
    )


def _scale(fields: Fields, path: str, node: Node, leaf: Leaf, accounts: Table) -> Scale | None:
    read = scale.read(Fields(node, f"{fields.path}.points.{path}", fields.faults), accounts)
    if read and isinstance(read, Lookup) != isinstance(leaf.measure.scale, Lookup):
        fields.fault("C504", "points", "mixes up number and category:", path)
    return read


def _paths(
    fields: Fields, name: str, entries: Mapping[str, Entry], faulty: Collection[str]
) -> Iterator[tuple[str, Node]]:
    node = fields.entry(name)
    if node is not None and node.entries is None:
        fields.fault("C501", name, f"must map paths to values, but is {node.kind}")
    for path, child in ((node.entries if node else None) or {}).items():
        if path in entries:
            yield path, child
        elif path not in faulty:
            fields.fault(
                "C502", name, "no such entry in this card:", path, did_you_mean(path, entries)
            )


def plain(segment: Segment) -> dict[str, object]:
    """Write a segment as the mapping that `read` reads."""
    return {
        "segment": segment.name,
        "when": condition.write(segment.when),
        **_touch(segment.touch_within_days),
        **_plain(segment.amendment),
    }


def _touch(days: int | None) -> dict[str, object]:
    if days is None:
        return {}
    return {"touch_within": f"{days} days" if days else window.NO_TENURE}


def plain_exemption(exemption: Exemption) -> dict[str, object]:
    """Write an exemption as the mapping that `read_exemptions` reads."""
    return {
        "account": exemption.account_id,
        "because": exemption.because,
        **_plain(exemption.amendment),
    }


def _plain(amendment: Amendment) -> dict[str, object]:
    weights = {path: write_number(weight) for path, weight in amendment.weights}
    points = {path: scale.plain(each) for path, each in amendment.scales}
    return ({"weights": weights} if weights else {}) | ({"points": points} if points else {})
