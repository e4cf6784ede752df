"""This file reads a definition from YAML, and writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from keepwell.errors import Fault, did_you_mean
from keepwell.health.definition import (
    band,
    customer,
    edit,
    measure,
    node,
    outcome,
    parents,
    rule,
    segment,
    size,
    trend,
    window,
)
from keepwell.health.definition.field import Faults, Fields, write_number
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.node import Node
from keepwell.health.definition.scorecard import (
    COMBINES,
    Combine,
    Definition,
    Entry,
    Group,
    Leaf,
    Policy,
    walk,
)
from keepwell.health.definition.table import Table

FORMAT = "1"
MADE_OF = ("keepwell", "bands", "health")


@dataclass(frozen=True)
class Document:
    """What was read of a definition: itself, if it has no faults; its faults; the line of each
    path.

    `places` are the lines of single fields, as `usage.seats#points`, `#bands`, `#segments[0]` or
    `usage#rules[1]`.
    """

    text: str
    definition: Definition | None
    faults: tuple[Fault, ...]
    lines: Mapping[str, int]
    places: Mapping[str, int] = field(default_factory=dict)


def read(text: str, *, file: str, tables: Mapping[str, Table]) -> Document:
    """Read a definition; all faults at once, each with its line. Never raises for a fault in the
    text."""
    try:
        root = node.parse(text, file)
    except node.Unreadable as error:
        return Document(text, None, (error.fault,), {})
    if not set(MADE_OF) & set(root.entries or {}):
        contents = ", ".join(list(root.entries)[:3]) if root.entries else root.text or root.kind
        what, way_out = (
            "this is not a card; it contains",
            "A card has `keepwell: 1`, `bands` and `health`: see docs/cards.md.",
        )
        return Document(
            text, None, (Fault("C100", file, root.line or 1, "", what, contents, way_out),), {}
        )
    faults = Faults(file)
    reader = _Reader(faults, tables)
    definition = reader.definition(Fields(root, "", faults))
    return Document(
        text, None if faults.found else definition, tuple(faults.found), reader.lines, reader.places
    )


class _Reader:
    """Reads the document once, remembering the line of each path and the names already used."""

    def __init__(self, faults: Faults, tables: Mapping[str, Table]) -> None:
        self.faults, self.tables = faults, tables
        self.lines: dict[str, int] = {"": 1}
        self.places: dict[str, int] = {}
        self.outcomes: frozenset[str] = frozenset()
        self.measured: dict[str, int] = {}
        self.named: Counter[str] = Counter()
        self.rules: dict[str, tuple[Sequence[Node], Fields]] = {}

    def definition(self, fields: Fields) -> Definition:
        fields.text("keepwell", required=True, choices=(FORMAT,))
        least = fields.number("least_coverage", required=True, least=0, most=1)
        name, title = fields.name("name"), fields.text("title")
        review = fields.parsed("review_every", window.read_days)
        touch = fields.parsed("touch_within", window.read_days)
        bands = band.read(fields.items("bands", required=True), self.faults, fields.line("bands"))
        hysteresis = band.read_hysteresis(fields, bands)
        rolled = fields.parsed("parents", parents.read)
        whom = fields.parsed("for", customer.read)
        wanted = outcome.read(fields.items("outcomes"), self.faults)
        self.outcomes = frozenset(each.name for each in wanted)
        root = self.root(fields)
        faulty = self.lines.keys() - {path for path, _ in walk(root)}
        definition = Definition(
            name=name,
            title=title,
            least_coverage=least or 0.0,
            bands=bands,
            hysteresis=hysteresis,
            trend=trend.read(fields.entry("trend"), self.faults),
            root=root,
            segments=segment.read(
                fields.items("segments"), self.faults, root, self.tables["accounts"], faulty
            ),
            exemptions=segment.read_exemptions(
                fields.items("accounts"), self.faults, root, self.tables["accounts"], faulty
            ),
            outcomes=wanted,
            review_every_days=review,
            parents=rolled,
            population=whom or customer.CUSTOMERS,
            touch_within_days=touch,
        )
        names = [segment.EVERYONE, *(each.name for each in definition.segments)]
        outcome.check_segments(wanted, fields.items("outcomes"), self.faults, names)
        for name, what, count, most in size.excesses(definition):
            fields.fault("C113", name, f"has {count:,} {what}; the limit is {most:,}")
        self.place(fields, "", "bands", "outcomes", "segments", "accounts")
        fields.close()
        return definition

    def place(self, fields: Fields, path: str, *lists: str) -> None:
        """Remember the lines of an entry's fields, and of the items of its lists."""
        for name, line in fields.node.key_lines.items():
            self.places.setdefault(f"{path}#{name}", line)
        for name in lists:
            for at, each in enumerate(fields.items(name)):
                self.places.setdefault(f"{path}#{name}[{at}]", each.line)

    def root(self, fields: Fields) -> Group:
        """Read the tree, and then the rules, which may name anything in it."""
        children, combine = self.entries(fields, "health", ""), self.combine(fields)
        self.rules[""] = (fields.items("rules"), fields)
        return self.ruled(Group("health", children, combine=combine), "", self.measures(children))

    def measures(self, children: tuple[Entry, ...]) -> list[Measure]:
        return [entry.measure for _, entry in walk(Group("", children)) if isinstance(entry, Leaf)]

    def combine(self, fields: Fields) -> Combine:
        return fields.text("combine", choices=COMBINES) or "mean"  # type: ignore[return-value]  # one of COMBINES

    def ruled(self, group: Group, path: str, measures: list[Measure]) -> Group:
        """Add the rules to a group and those below it; their conditions may read only points of
        entries below."""
        nodes, fields = self.rules[path]
        self.place(fields, path, "rules")
        below = [entry.name for way, entry in walk(group) if way and self.named[entry.name] == 1]
        read = (
            rule.read(nodes, path, fields.faults, rule.names_of(measures, below), measures)
            if nodes
            else ()
        )
        prefix = f"{path}." if path else ""
        children = tuple(
            self.ruled(child, prefix + child.name, measures) if isinstance(child, Group) else child
            for child in group.children
        )
        return replace(group, children=children, rules=read)

    def entries(self, fields: Fields, name: str, path: str) -> tuple[Entry, ...]:
        nodes = fields.items(name, required=True)
        if fields.has(name) and not nodes:
            fields.fault("C304", name, "is empty", "", "Add a group or a measure.")
        entries = [self.entry(child, path, at) for at, child in enumerate(nodes)]
        names = [entry.name for entry in entries if entry]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            fields.fault("C305", name, "contains the same name twice:", twice)
        return tuple(entry for entry in entries if entry)

    def entry(self, child: Node, path: str, at: int) -> Entry | None:
        own = child.entries or {}
        kind = next((kind for kind in ("group", "measure") if kind in own), "")
        name = (own[kind].text or "") if kind else f"[{at}]"
        below = f"{path}.{name}" if path else name
        self.lines.setdefault(below, child.line)
        fields = Fields(child, below, self.faults)
        if not kind:
            if child.entries is not None:
                way_out = did_you_mean(next(iter(own), ""), ("group", "measure"))
                fields.fault("C306", "", "is neither a `group` nor a `measure`", "", way_out)
            return None
        self.named[name] += 1
        if name.startswith("rule_") or name.endswith(rule.POINTS):
            fields.fault("C311", kind, "is a name reserved for rules:", name, "Choose another.")
        weight = fields.number("weight", required=True, least=0, most=1_000_000)
        entry = self.group(fields, below, weight) if kind == "group" else self.leaf(fields, weight)
        fields.close()
        return entry

    def group(self, fields: Fields, path: str, weight: float | None) -> Group:
        name, title = fields.name("group"), fields.text("title")
        children = self.entries(fields, "of", path)
        self.rules[path] = (fields.items("rules"), fields)
        return Group(
            name, children, weight or 0.0, title, self.combine(fields), (), self.gate(fields)
        )

    def gate(self, fields: Fields) -> float | None:
        return fields.number("gate", least=0, most=100)

    def leaf(self, fields: Fields, weight: float | None) -> Leaf | None:
        policy, days = _policy(fields)
        gate = self.gate(fields)
        found = measure.read(fields, self.tables)
        if found is None:
            return None
        self.place(fields, fields.path)
        if found.outcome and found.outcome not in self.outcomes:
            way_out = did_you_mean(found.outcome, self.outcomes) or "Add it there."
            fields.fault(
                "C603", "outcome", "is not listed under `outcomes`:", found.outcome, way_out
            )
        if found.name in self.measured:
            fields.fault(
                "C307",
                "measure",
                f"is already used on line {self.measured[found.name]}:",
                found.name,
            )
        self.measured.setdefault(found.name, fields.node.line)
        return Leaf(found, weight or 0.0, policy, days, gate)


def _policy(fields: Fields) -> tuple[Policy, int]:
    """Read `skip`, `neutral`, `zero` or `carry 56 days`."""
    text = fields.text("missing", required=True)
    if text.startswith("carry "):
        try:
            days = window.read(text.removeprefix("carry ")).days
        except ValueError:
            days = None
        if days:
            return "carry", days
    if text in ("skip", "neutral", "zero"):
        return text, 0  # type: ignore[return-value]  # one of Policy
    if text:
        fields.fault(
            "C308",
            "missing",
            "is not a policy for missing data:",
            text,
            "Use skip, neutral, zero or `carry 56 days`.",
        )
    return "skip", 0


def write(definition: Definition) -> str:
    """Write a definition as YAML that reads back as the same definition."""
    return edit.dump(plain(definition))


def plain(definition: Definition) -> dict[str, object]:
    """Give a definition as plain mappings and lists, in the order of a card, without defaults."""
    written = {
        "keepwell": int(FORMAT),
        "name": definition.name,
        "title": definition.title,
        "least_coverage": write_number(definition.least_coverage),
        "review_every": f"{definition.review_every_days} days"
        if definition.review_every_days
        else "",
        "touch_within": f"{definition.touch_within_days} days"
        if definition.touch_within_days
        else "",
        "outcomes": [outcome.plain(each) for each in definition.outcomes] or "",
        "bands": band.plain(definition.bands),
        "band_margin": write_number(definition.hysteresis) if definition.hysteresis else "",
        "trend": trend.plain(definition.trend) if definition.trend != trend.USUAL else "",
        "for": str(definition.population) if definition.population != customer.CUSTOMERS else "",
        "parents": str(definition.parents or ""),
        "health": [_plain(child) for child in definition.root.children],
        **_combined(definition.root),
        "segments": [segment.plain(each) for each in definition.segments] or "",
        "accounts": [segment.plain_exemption(each) for each in definition.exemptions] or "",
    }
    return {name: value for name, value in written.items() if value != ""}


def _plain(entry: Entry) -> dict[str, object]:
    weight = write_number(entry.weight)
    if isinstance(entry, Group):
        title = {"title": entry.title} if entry.title else {}
        children = [_plain(child) for child in entry.children]
        return {
            "group": entry.name,
            **title,
            "weight": weight,
            **_gate(entry),
            **_combined(entry),
            "of": children,
        }
    policy = f"carry {entry.carry_days} days" if entry.policy == "carry" else entry.policy
    return {**measure.plain(entry.measure), "weight": weight, **_gate(entry), "missing": policy}


def _gate(entry: Entry) -> dict[str, object]:
    return {} if entry.gate is None else {"gate": write_number(entry.gate)}


def _combined(group: Group) -> dict[str, object]:
    combine = {} if group.combine == "mean" else {"combine": group.combine}
    return combine | ({"rules": [rule.plain(each) for each in group.rules]} if group.rules else {})
