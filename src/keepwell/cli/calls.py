"""This file writes whom to call first: two lines for each account, who and how much is at stake, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from keepwell.cli import formats, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from keepwell.app.queries.today import Call

DECIDED = "Decides within 90 days, and is not healthy"
MOVED = "Got worse, or cannot be seen"
REASONS = {"decided_soon": DECIDED, "turned": MOVED, "fell": MOVED, "not_seen": MOVED}


def print_calls(console: Console, calls: Sequence[Call], currency: str) -> None:
    """Print two lines for each account: who and how much is at stake, then what changed and why."""
    for heading, group in groupby(calls, key=lambda call: REASONS[call.reason]):
        console.print(Text(heading, style="bold"))
        for call in group:
            console.print(_head(console, call, currency))
            if said := _why(call):
                console.print(
                    Padding(Text(output.printable(said), style="dim"), (0, 0, 0, 2), expand=False)
                )


def _head(console: Console, call: Call, currency: str) -> Text:
    account, score = call.account.account, call.account.score
    parts = [
        Text(output.printable(account.label), style="bold"),
        formats.health(console, score.band, score.meaning),
    ]
    if score.score is not None:
        parts.append(Text(formats.points(score.score) + ("*" if score.override else "")))
    if account.revenue:
        parts.append(Text(f"{currency} {account.revenue:,.0f}"))
    if call.decision:
        verb = "notice by" if call.decision.kind == "notice" else "renews"
        parts.append(Text(f"{verb} {call.decision.on}"))
    if account.owner:
        parts.append(Text(output.printable(account.owner)))
    return Text("  ").join(parts)


def _why(call: Call) -> str:
    from keepwell.health.explain import prose

    return prose.call(
        call.band_before, call.move, call.fell_most, call.drag, call.unknown, call.coverage
    )
