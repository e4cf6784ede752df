"""This file is `keepwell backtest --table`: it reads a file of customers, backtests it, and shows what it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from keepwell.app import representations
from keepwell.cli import card_files, formats, output
from keepwell.errors import Invalid, WrongUse, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.facts.customer_file import CustomerFile
    from keepwell.health.definition.scorecard import Definition
    from keepwell.health.judge.customer_table import Column
    from keepwell.health.judge.table_backtest import Backtest, ColumnResult, Way

MOST_BROKEN = 3  # lines named that could not be split into cells
WORDS = {
    "broken": "could not be split into cells",
    "without_outcome": "without an outcome",
    "without_account": "without an id",
    "without_time": "without a time",
    "repeated": "repeating another row in every column",
}


def run(
    file: Path,
    *,
    outcome: str | None,
    account: str | None,
    time: str | None,
    card: Path | None,
    equal: bool,
    suggest: bool,
    leave_out: Sequence[str],
    leaves: str | None,
    sheet: str | None,
    as_json: bool,
) -> None:
    """Backtest a file and print what it says."""
    from keepwell.facts import customer_file
    from keepwell.health.judge import customer_table, table_backtest

    if outcome is None:
        raise WrongUse("A table needs its outcome: --outcome COLUMN, the one that says who left.")
    definition = _definition(card) if card is not None else None
    with output.working("Reading the file"):
        read = customer_file.read(file, sheet)
    table = customer_table.build(
        read.columns,
        outcome=_named(read.columns, outcome, "--outcome"),
        account=None if account is None else _named(read.columns, account, "--id"),
        time=None if time is None else _named(read.columns, time, "--time"),
        leave_out=tuple(_named(read.columns, each, "--leave-out") for each in leave_out),
        leaves=leaves,
    )
    with output.progress("Judging") as progress:
        found = table_backtest.run(table, _ways(definition, equal, suggest), definition, progress)
    if as_json:
        output.print_json(representations.table_backtests.backtest(file, read, found))
    else:
        _print(read, found, is_by_row=account is None)


def _ways(card: Definition | None, equal: bool, suggest: bool) -> tuple[Way, ...]:
    """Choose what is judged: what is asked for; without a card or a wish both. Equal weights are what
    others are compared with."""
    if not (card or equal or suggest):
        return ("equal", "suggested")
    return ("equal", "suggested") if suggest else ("equal",)


def _definition(path: Path) -> Definition:
    from keepwell.facts.schema import TABLES
    from keepwell.health.definition import document

    read = document.read(card_files.read(path), file=str(path), tables=TABLES)
    if read.definition is None:
        raise Invalid(faults=read.faults)
    return read.definition


def _named(columns: Sequence[Column], name: str, option: str) -> str:
    """Find a column by its name, capitals aside if only one fits."""
    names = [each.name for each in columns]
    if name in names:
        return name
    near = [each for each in names if each.lower() == name.strip().lower()]
    if len(near) == 1:
        return near[0]
    raise WrongUse(f"{option}: the file has no column", got=name, way_out=did_you_mean(name, names))


def _print(file: CustomerFile, found: Backtest, *, is_by_row: bool) -> None:
    from keepwell.health.judge import table_words

    lines = [f"[bold]{output.escaped(file.name)}[/bold]: {_counted(file, found, is_by_row)}"]
    lines.append(table_words.history(found))
    if found.is_enough:
        lines.append(table_words.how(found))
    if alarm := table_words.leaks(found):
        lines.append(f"[bold red]{output.escaped(alarm)}[/bold red]")
    lines += [output.escaped(table_words.sentence(found, each)) for each in found.results]
    output.say(*lines)
    if found.columns:
        output.console().print(_table(found.columns))
    notes = []
    for each in found.table.left_out:
        hint = is_by_row and each.why in ("identifier", "many_categories")
        notes.append(
            f"`{each.name}` is not judged: it {each.sentence}."
            + (" If it is the account's id, name it with --id." if hint else "")
        )
    notes += [*found.table.notes, *(found.card.notes if found.card else ())]
    output.say(*(output.escaped(each) for each in notes))


def _counted(file: CustomerFile, found: Backtest, is_by_row: bool) -> str:
    """Say how many rows count, and what became of the others."""
    table = found.table
    accounts = table.leavers + table.stayers
    counted = f"{formats.count(len(table.left), 'row')}, {formats.count(accounts, 'account')}."
    if len(table.left) > accounts:
        counted += " An account left where any row of its own says so."
    if is_by_row:
        counted = (
            f"{formats.count(accounts, 'row')}, each taken for an account of its own (no --id)."
        )
    dropped = {"broken": len(file.broken), **table.dropped}
    others = [
        f"{formats.count(number, 'row')} {WORDS[why]}" for why, number in dropped.items() if number
    ]
    if file.broken:
        named = ", ".join(str(each.line) for each in file.broken[:MOST_BROKEN])
        more = ", ..." if len(file.broken) > MOST_BROKEN else ""
        others[0] += f" (line {named}{more})"
    return f"{counted} Left out: {'; '.join(others)}." if others else counted


def _table(columns: Sequence[ColumnResult]) -> Table:
    """List the columns, those with most weight first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Column", overflow="fold")
    table.add_column("Better", overflow="fold")
    for head in ("Missing", "AUC alone", "Equal", "Suggested"):
        table.add_column(head, justify="right", no_wrap=True)
    order = sorted(
        columns, key=lambda each: (-(each.suggested_weight or each.equal_weight or 0.0), each.name)
    )
    suggested = _rounded([each.suggested_weight for each in order])
    for each, share in zip(order, suggested, strict=True):
        if each.is_higher_better is None:
            better = f"{each.best} over {each.worst}"
        else:
            better = "higher" if each.is_higher_better else "lower"
        alone = "" if each.alone.value is None else f"{each.alone.value:.2f}"
        table.add_row(
            output.escaped(each.name),
            output.escaped(better),
            formats.share(each.share_missing) if each.share_missing else "",
            f"{alone}{' leak' if each.is_leak else ''}",
            "" if each.equal_weight is None else f"{each.equal_weight:.1f}",
            share,
        )
    return table


def _rounded(weights: Sequence[float | None]) -> list[str]:
    """Write weights in tenths that add up to the 100 that they are of, by largest remainder."""
    tenths = [0.0 if each is None else each * 10 for each in weights]
    whole = [int(each) for each in tenths]
    left = round(sum(tenths)) - sum(whole)
    largest = sorted(range(len(whole)), key=lambda nth: whole[nth] - tenths[nth])
    for nth in largest[: max(0, left)]:
        whole[nth] += 1
    return [
        "" if each is None else f"{number / 10:.1f}"
        for each, number in zip(weights, whole, strict=True)
    ]
