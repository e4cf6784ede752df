"""This file prints what of a card reads values that have no history, and what it tells without that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest

HOW = {
    "backdated": "today's, as if always so",
    "imported": "missing before their import",
}


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
        [Text(output.printable(each.name)), Text(str(each.accounts)), Text(HOW[each.how])]
        for each in found.reads.columns
    ]
    output.print_list(columns, rows)
    for kind, names in (
        ("Measures", found.reads.measures),
        ("Segments", found.reads.segments),
        ("Rules", found.reads.rules),
    ):
        if names:
            said = f"{kind} that read them: {', '.join(names)}."
            console.print(Text(output.printable(said)), soft_wrap=True)
    if found.auc is None or found.difference is None:
        said = "The card is not scored without them: nothing would be left, or published scores are judged."
    else:
        said = f"AUC without them: {words.auc_if_enough(found.auc)}. What they add: {words.auc_if_enough(found.difference)}."
    console.print(Text(said), soft_wrap=True)
