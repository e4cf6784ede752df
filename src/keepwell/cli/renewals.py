"""This file prints what a score said of renewals before their notice deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest


def show(console: Console, judged: Backtest) -> None:
    """Print the AUC and the share that left by band, 30 to 90 days before the deadline; nothing where no renewal came due."""
    from keepwell.health.judge import words

    leads = [each for each in judged.renewals if each.renewals]
    if not leads:
        return
    title = "Renewals that came due, by the score before their notice deadline"
    console.print(Text(title, style="bold"), soft_wrap=True)
    names = [part.name for part in leads[0].bands]
    columns = [
        output.Column("Days before", is_number=True),
        output.Column("AUC"),
        output.Column("Renewals", is_number=True),
        output.Column("Left", is_number=True),
        *(output.Column(f"Of {output.printable(name)}") for name in names),
        output.Column("Without a score", is_number=True),
    ]
    rows = []
    for lead in leads:
        missing = f"{lead.unscored} ({lead.unscored_left} left)" if lead.unscored else "0"
        rows.append(
            [
                Text(str(lead.days)),
                Text(words.auc_if_enough(lead.auc)),
                Text(str(lead.renewals)),
                Text(str(lead.left)),
                *(
                    Text(
                        f"{words.rate(part.rate)} of {part.rate.rows:,}"
                        if part.rate.rows
                        else "none"
                    )
                    for part in lead.bands
                ),
                Text(missing),
            ]
        )
    output.print_list(columns, rows)
