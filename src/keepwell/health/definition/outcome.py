"""This file holds what an outcome is: something that customers want, why, and to which of them it
matters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from keepwell.errors import did_you_mean
from keepwell.health.definition.field import Faults, Fields
from keepwell.health.definition.node import Node


@dataclass(frozen=True)
class Outcome:
    """Something that customers bought for.

    `matters_to` names segments of the card, or `everyone` for accounts without one; all if empty.
    Measures name the outcome that they track; a check reports outcomes that no measure tracks.
    """

    name: str
    because: str
    title: str = ""
    matters_to: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ")


def read(nodes: Sequence[Node], faults: Faults) -> tuple[Outcome, ...]:
    """Read the list of outcomes."""
    outcomes: list[Outcome] = []
    for at, node in enumerate(nodes):
        fields = Fields(node, f"outcomes[{at}]", faults)
        name, title, because = (
            fields.name("outcome"),
            fields.text("title"),
            fields.text("because", required=True),
        )
        matters_to = tuple(_words(fields, "matters_to"))
        fields.close()
        if name in [outcome.name for outcome in outcomes]:
            fields.fault("C601", "outcome", "is listed twice:", name)
        elif name:
            outcomes.append(Outcome(name, because, title, matters_to))
    return tuple(outcomes)


def check_segments(
    outcomes: Sequence[Outcome], nodes: Sequence[Node], faults: Faults, segments: Collection[str]
) -> None:
    """Check that the segments to which outcomes matter exist."""
    lines = {
        (node.entries or {})["outcome"].text: node
        for node in nodes
        if "outcome" in (node.entries or {})
    }
    for outcome in outcomes:
        for name in outcome.matters_to:
            if name not in segments:
                line = lines[outcome.name].key_lines.get("matters_to", 0)
                way_out = did_you_mean(name, segments)
                faults.add(
                    "C602",
                    line,
                    f"{outcome.name}.matters_to",
                    "is not a segment of this card:",
                    name,
                    way_out,
                )


def _words(fields: Fields, name: str) -> list[str]:
    words = []
    for node in fields.items(name):
        if node.text:
            words.append(node.text)
        else:
            fields.fault("C103", name, f"must be a list of words, but contains {node.kind}")
    return words


def plain(outcome: Outcome) -> dict[str, object]:
    """Write an outcome as the mapping that `read` reads."""
    fields: dict[str, object] = {
        "outcome": outcome.name,
        "title": outcome.title,
        "because": outcome.because,
    }
    fields["matters_to"] = list(outcome.matters_to) or ""
    return {name: value for name, value in fields.items() if value != ""}
