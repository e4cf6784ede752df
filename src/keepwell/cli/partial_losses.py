"""This file prints losses by kind, and what was lost of accounts that stayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import formats, output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest

SHOWN = 10  # partial losses


def show(console: Console, judged: Backtest, names: Mapping[str, str], currency: str) -> None:
    """Print a table of kinds, then the largest partial losses; nothing where nothing was lost."""
    from keepwell.health.judge import kinds_of_loss

    kinds = kinds_of_loss.by_kind(judged)
    if not any(each.losses for each in kinds):
        return
    console.print(Text("Losses by kind", style="bold"), soft_wrap=True)
    columns = [
        output.Column("Kind"),
        output.Column("Losses", is_number=True),
        output.Column("Accounts", is_number=True),
        output.Column(f"{currency} a year", is_number=True),
        output.Column("Amount unknown", is_number=True),
    ]
    rows = [
        [
            Text(output.printable(each.kind)),
            Text(str(each.losses)),
            Text(str(each.accounts)),
            Text(f"{each.revenue:,.0f}"),
            Text(str(each.unknown)),
        ]
        for each in kinds
    ]
    output.print_list(columns, rows)
    if judged.partial_losses:
        _print_list(console, judged, names, currency)


def _print_list(console: Console, judged: Backtest, names: Mapping[str, str], currency: str) -> None:  # fmt: skip
    most = sorted(judged.partial_losses, key=lambda loss: -(loss.revenue or 0.0))[:SHOWN]
    console.print(Text("Lost of accounts that stayed", style="bold"), soft_wrap=True)
    columns = [
        output.Column("Account", folds=True),
        output.Column("Lost"),
        output.Column("Kind"),
        output.Column("Product", folds=True),
        output.Column(f"{currency} a year", is_number=True),
        output.Column("Of", is_number=True),
        output.Column("Score then", is_number=True),
        output.Column("Reason", folds=True),
    ]
    rows = [
        [
            Text(output.printable(names.get(each.account_id, each.account_id))),
            Text(str(each.lost_on)),
            Text(each.kind),
            Text(output.printable(each.product)),
            Text("" if each.revenue is None else f"{each.revenue:,.0f}"),
            Text("" if each.before is None else f"{each.before:,.0f}"),
            Text(formats.points(each.score, None)),
            Text(output.printable(each.reason)),
        ]
        for each in most
    ]
    output.print_list(columns, rows)
    if len(judged.partial_losses) > SHOWN:
        more = len(judged.partial_losses) - SHOWN
        console.print(f"{more} more: --json", soft_wrap=True)
