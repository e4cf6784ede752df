"""This file prints each segment of a card by itself: rates, AUC and the revenue that left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest


def show(console: Console, judged: Backtest, currency: str) -> None:
    """Print a line for each segment; nothing where the card has none, or all accounts are of one."""
    from keepwell.health.judge import words

    if not judged.by_segment:
        return
    console.print(Text("By segment", style="bold"), soft_wrap=True)
    columns = [
        output.Column("Segment"),
        output.Column("Accounts", is_number=True),
        output.Column("Left"),
        output.Column("Of those at risk"),
        output.Column("AUC"),
        output.Column(f"{currency} a year that left", is_number=True),
        output.Column("While at risk", is_number=True),
        output.Column("While healthy", is_number=True),
    ]
    rows = [
        [
            Text(output.printable(each.name)),
            Text(f"{each.accounts:,}"),
            Text(words.rate(each.rate)),
            Text(words.rate(each.at_risk)),
            Text(words.auc_if_enough(each.auc)),
            Text(f"{each.money.left:,.0f}"),
            Text(f"{each.money.at_risk:,.0f}"),
            Text(f"{each.money.healthy:,.0f}"),
        ]
        for each in judged.by_segment
    ]
    output.print_list(columns, rows)
