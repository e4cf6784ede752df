"""This file writes whom to call first: two lines for each account, who and how much is at stake, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from keepwell.cli import formats, output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.console import Console

    from keepwell.app.queries.accounts import Decision
    from keepwell.app.queries.today import Call
    from keepwell.health.definition.band import Band

DECIDED = "Gave notice, or decides within 90 days and is not healthy"
MOVED = "Got worse, or cannot be seen"
REASONS = {"decided_soon": DECIDED, "turned": MOVED, "fell": MOVED, "not_seen": MOVED}


def print_calls(
    console: Console, calls: Sequence[Call], currency: str, bands: Sequence[Band]
) -> None:
    """Print two lines for each account: who and how much is at stake, then what changed and why."""
    for heading, group in groupby(calls, key=lambda call: REASONS[call.reason]):
        console.print(Text(heading, style="bold"))
        for call in group:
            console.print(_head(console, call, currency, bands))
            if said := "; ".join(call.because):
                console.print(
                    Padding(Text(output.printable(said), style="dim"), (0, 0, 0, 2), expand=False)
                )


def _head(console: Console, call: Call, currency: str, bands: Sequence[Band]) -> Text:
    account, score = call.account.account, call.account.score
    parts = [
        Text(output.printable(account.label), style="bold"),
        formats.health(console, score.band, score.meaning),
    ]
    if score.score is not None:
        parts.append(Text(formats.points(score.score, bands) + ("*" if score.override else "")))
    if account.revenue:
        parts.append(Text(f"{currency} {account.revenue:,.0f}"))
    if call.decision:
        parts.append(Text(_decided(call.decision, account.notice_given_on)))
    parts.append(Text(output.printable(account.owner or "no owner")))
    return Text("  ").join(parts)


def _decided(decision: Decision, notice_given_on: date | None) -> str:
    if decision.kind == "leaving":
        if decision.on == notice_given_on:
            return f"gave notice {notice_given_on}"
        return f"gave notice, ends {decision.on}"
    verb = "notice by" if decision.kind == "notice" else "renews"
    return f"{verb} {decision.on}"
