"""This file lists what to do next: the playbooks of the measures that are at risk, what costs the score most first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keepwell.health.definition.band import Band, band_of
from keepwell.health.explain.tree import Branch

AT_RISK = "at risk"


@dataclass(frozen=True)
class Step:
    """What the card says to do about one measure: its entry in the tree, its title, its points, and its playbook."""

    path: str
    title: str
    points: float
    playbook: str


def steps(root: Branch, bands: Sequence[Band]) -> tuple[Step, ...]:
    """List the playbooks of the measures whose own points lie in a band that means at risk.

    Only what counts and was measured: nobody is sent to repair a gap, or a measure that is only watched.
    """
    found = [
        leaf
        for leaf in _measured(root)
        if leaf.measure
        and leaf.measure.playbook
        and leaf.line.points is not None
        and band_of(leaf.line.points, bands).meaning == AT_RISK
    ]
    found.sort(key=lambda leaf: -leaf.points_lost)
    return tuple(
        Step(leaf.line.path, leaf.title, leaf.line.points or 0.0, " ".join(leaf.measure.playbook.split()))
        for leaf in found
        if leaf.measure
    )  # fmt: skip


def _measured(root: Branch) -> Iterator[Branch]:
    """Yield the measures that count: those of a parent's own part where it is one of its children."""
    for branch in (root, *(child for child in root.accounts() if child.line.kind == "own")):
        for leaf in branch.leaves():
            if leaf.line.effective_weight > 0 and not leaf.line.missing:
                yield leaf
