"""This file checks a card as a whole: everything that reading found, and what only shows when the parts are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepwell.health.spec import document
from keepwell.health.spec.document import Document
from keepwell.health.spec.fault import Fault
from keepwell.health.spec.scorecard import CARRY_STEP_DAYS, Definition, Group, Leaf, walk
from keepwell.health.spec.table import Table


def check(text: str, *, file: str, tables: Mapping[str, Table]) -> Document:
    """Read a card and check it: all faults at once, in the order of the lines. A definition comes only without errors."""
    read = document.read(text, file=file, tables=tables)
    found = [*read.faults, *(_together(read.definition, file, read.lines) if read.definition else ())]
    found.sort(key=lambda fault: (fault.line, fault.code))
    stands = None if any(fault.is_error for fault in found) else read.definition
    return Document(text, stands, tuple(found), read.lines)


def _together(definition: Definition, file: str, lines: Mapping[str, int]) -> Iterator[Fault]:
    for path, entry in walk(definition.root):
        line = lines.get(path, 1)
        shown = path or "health"
        if isinstance(entry, Group) and not any(child.weight for child in entry.children):
            yield Fault("C309", file, line, shown, "has only weights of 0 below it", "", "Give some child a weight.")
        if isinstance(entry, Leaf) and entry.policy == "carry" and entry.carry_days < CARRY_STEP_DAYS:
            what = "is carried for less than a step of 7 days, which is never"
            yield Fault(
                "C310", file, line, f"{shown}.missing", what, f"carry {entry.carry_days} days", "Write 7 or more."
            )
        if isinstance(entry, Leaf) and entry.weight and entry.measure.is_leading is None:
            what = "does not say whether it is leading or lagging"
            yield Fault("C901", file, line, shown, what, "", "Write `indicator: leading`.", is_error=False)
    if not definition.least_coverage:
        what = "is 0: a score would stand on a single measure and say nothing of it"
        yield Fault("C902", file, 1, "least_coverage", what, "", "Write for example `50 %`.", is_error=False)
