"""This file prints accounts at risk that somebody worked on beside those that were left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest


def show(console: Console, judged: Backtest) -> None:
    """Print both kinds with their rates and calls; nothing where no plays are known or nobody was at risk."""
    from keepwell.health.judge import words

    found = judged.treated
    if found is None or not found.accounts:
        return
    console.print(Text("Accounts at risk, with and without a play", style="bold"), soft_wrap=True)
    columns = [
        output.Column("Until what came of it"),
        output.Column("Left"),
        output.Column("Of", is_number=True),
        output.Column("Calls", is_number=True),
        output.Column("Calls that left", is_number=True),
        output.Column("Rescued", is_number=True),
    ]
    of_both = (
        ("in a play", found.treated, found.treated_calls, found.treated_left, str(found.rescued)),
        ("in none", found.untreated, found.untreated_calls, found.untreated_left, ""),
    )
    rows = [
        [
            Text(name),
            Text(words.rate(rate)),
            Text(f"{rate.rows:,}"),
            Text(str(calls)),
            Text(str(left)),
            Text(rescued),
        ]
        for name, rate, calls, left, rescued in of_both
    ]
    output.print_list(columns, rows)
    console.print(Text(words.of_treated(found)), soft_wrap=True)
