"""This file prints the scores of another tool beside a card's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest


def show(console: Console, judged: Backtest) -> None:
    """Print both AUCs on what both know, and their difference; nothing where no other score is judged."""
    from keepwell.health.judge import words

    found = judged.legacy
    if found is None:
        return
    console.print(Text(f"Beside {output.printable(found.name)}", style="bold"), soft_wrap=True)
    said = (
        f"AUC {words.auc_if_enough(found.ours)} of this card and {words.auc_if_enough(found.theirs)} of the other, on {found.ours.rows:,} rows that both "
        f"score, with {found.ours.leavers} leavers. It scores {found.known:,} of {found.rows:,} rows. "
        f"Difference: {words.auc_if_enough(found.difference)}; above 0 this card is better."
    )
    console.print(Text(said), soft_wrap=True)
