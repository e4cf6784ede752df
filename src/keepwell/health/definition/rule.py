"""This file holds what a rule is: a cap, floor or boost of a group's points under a condition, with
its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from keepwell.health.definition import condition, grammar, window
from keepwell.health.definition.condition import Condition
from keepwell.health.definition.field import Faults, Fields, write_number
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.node import Node
from keepwell.health.definition.scale import Lookup
from keepwell.health.definition.table import Column, Table

Kind = Literal["cap", "floor", "boost"]
KINDS: tuple[Kind, ...] = ("cap", "floor", "boost")
POINTS = "_points"
NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Rule:
    """One exception to a group's points, with its reason.

    `when` reads values of measures by name, and points of entries as `name_points`. A boost can
    halve every `halves_days` of the value of the measure `since`, which counts days.
    """

    kind: Kind
    points: float
    when: Condition
    because: str
    halves_days: int | None = None
    since: str = ""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.points:g}"


def read(
    nodes: Sequence[Node], path: str, faults: Faults, names: Table, measures: Sequence[Measure]
) -> tuple[Rule, ...]:
    """Read the rules of one group; `names` is the table of what their conditions may read."""
    since = {measure.name for measure in measures if measure.take == "days since"}
    rules = [
        _rule(Fields(node, f"{path}.rules[{at}]".lstrip("."), faults), names, since)
        for at, node in enumerate(nodes)
    ]
    return tuple(rule for rule in rules if rule)


def _rule(fields: Fields, names: Table, since: set[str]) -> Rule | None:
    before = len(fields.faults.found)
    given = [kind for kind in KINDS if fields.has(kind)]
    if len(given) != 1:
        what = "needs exactly one of cap, floor and boost" + (", not" if given else "")
        fields.fault("C401", "", what, ", ".join(given))
    kind = given[0] if given else "cap"
    points = fields.number(kind, least=-100 if kind == "boost" else 0, most=100)
    because = fields.text("because", required=True)
    when = _when(fields, names)
    halves = fields.parsed("halves", window.read_days_if_any)
    fact = fields.text("since", required=halves is not None, choices=since)
    if halves is not None and (kind != "boost" or not halves):
        fields.fault(
            "C402", "halves", "needs a boost and a number of days, not", fields.text("halves")
        )
    fields.close()
    if len(fields.faults.found) > before or points is None or when is None:
        return None
    return Rule(kind, points, when, because, halves or None, fact)


def _when(fields: Fields, names: Table) -> Condition | None:
    text = fields.text("when", required=True)
    try:
        read = grammar.read(text, names) if text else None
    except grammar.Unclear as error:
        fields.fault("C403", "when", error.what, error.got, error.way_out)
        return None
    for computed in condition.computed_operands(read) if read else ():
        fields.fault("C403", "when", "rules can only read measures and points, not", str(computed))
    return read


def names_of(measures: Iterable[Measure], entries: Iterable[str]) -> Table:
    """Make the table that a rule's condition may read: values of measures, and points of entries."""
    columns = [
        Column(m.name, "text" if isinstance(m.scale, Lookup) else "quantity", "its value")
        for m in measures
    ]
    columns += [
        Column(f"{name}{POINTS}", "quantity", "its points") for name in dict.fromkeys(entries)
    ]
    return Table("the card", "what its entries say", "event", tuple(columns), ())


def plain(rule: Rule) -> dict[str, object]:
    """Write a rule as the mapping that `read` reads."""
    fields: dict[str, object] = {
        rule.kind: write_number(rule.points),
        "when": condition.write(rule.when),
    }
    if rule.halves_days:
        fields |= {"halves": f"{rule.halves_days} days", "since": rule.since}
    return fields | {"because": rule.because}
