"""This file prints what of a card reads values that have no history, and what it tells without that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest


def show(console: Console, judged: Backtest) -> None:
    """Print the columns, what reads them and the difference; nothing where all that is read has a history."""
    from keepwell.health.judge import words

    found = judged.without_history
    if found is None:
        return
    console.print(Text("Values without a history", style="bold"), soft_wrap=True)
    columns = [
        output.Column("Column"),
        output.Column("Of accounts", is_number=True),
        output.Column("In past months"),
    ]
    rows = [
        [Text(output.printable(each.name)), Text(str(each.accounts)), Text(words.UNDATED[each.how])]
        for each in found.reads.columns
    ]
    output.print_list(columns, rows)
    for said in words.readers(found):
        console.print(Text(output.printable(said)), soft_wrap=True)
    console.print(Text(words.without_history(found)), soft_wrap=True)
