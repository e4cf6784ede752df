"""This file prints losses one by one, where too few left for any figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest

SHOWN = 20


def show(console: Console, judged: Backtest, names: Mapping[str, str], currency: str) -> None:
    """Print what the score said before each loss, what moved and what was written down; nothing where enough left for figures."""
    from keepwell.health.judge import case_words

    if not judged.cases:
        return
    console.print(Text(case_words.heading(judged), style="bold"), soft_wrap=True)
    for case in judged.cases[-SHOWN:]:
        name = names.get(case.account_id, case.account_id)
        for line in case_words.lines(case, name, currency):
            console.print(Text(output.printable(line)), soft_wrap=True)
    if len(judged.cases) > SHOWN:
        console.print(Text(f"{len(judged.cases) - SHOWN} earlier ones: --json"), soft_wrap=True)
