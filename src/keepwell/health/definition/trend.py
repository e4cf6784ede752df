"""This file holds a card's settings for trends: how far an arrow looks back, and the smallest move
that counts."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.health.definition import window
from keepwell.health.definition.field import Faults, Fields, write_number
from keepwell.health.definition.node import Node


@dataclass(frozen=True)
class Trend:
    """A move is measured over `look_back_days`; one of fewer than `least_move` points does not
    count."""

    look_back_days: int = 28
    least_move: float = 5.0


USUAL = Trend()


def read(node: Node | None, faults: Faults) -> Trend:
    """Read the optional block."""
    if node is None:
        return USUAL
    fields = Fields(node, "trend", faults)
    days = fields.parsed("look_back", window.read_days)
    least = fields.number("least_move", least=0, most=100)
    fields.close()
    return Trend(
        USUAL.look_back_days if days is None else days, USUAL.least_move if least is None else least
    )


def plain(trend: Trend) -> dict[str, object]:
    """Write the block as the mapping that `read` reads."""
    return {
        "look_back": f"{trend.look_back_days} days",
        "least_move": write_number(trend.least_move),
    }
