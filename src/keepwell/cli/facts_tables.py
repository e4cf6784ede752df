"""This file writes the facts behind a measure: the rows, the newest first, and how the number comes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from keepwell.cli import formats, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from keepwell.app.queries.facts_behind import FactsBehind
    from keepwell.app.queries.facts_compared import ComparedRow
    from keepwell.health.scoring.rows import WindowRows

MARK = "*"  # of the one row that the number is of
MOST_REJECTED = 5
LONGEST_ID = 16  # characters: a longer one is no help to anybody who looks for it


def print_facts(found: FactsBehind, limit: int) -> None:
    """Print the rows behind a measure, what they add up to, and how many more there are."""
    from keepwell.health.explain import prose

    console, row, reading = output.console(), found.explanation.row, found.leaf.reading
    assert reading, "a measure has a reading, if only of why there is none"
    value = f"no value, {prose.value(reading)}" if reading.missing else prose.value(reading)
    console.print(
        Text(output.printable(found.leaf.title), style="bold"),
        Text(output.printable(f"of {found.explanation.name} ({found.explanation.account_id})")),
        Text(output.printable(f"{value}  on {row.as_of}")),
        sep="  ",
        soft_wrap=True,
    )
    if found.leaf.line.is_stale and not reading.missing:
        console.print("The feed is late, so the window ends with the last day that it has brought.")
    for nth, window in enumerate(found.windows):
        before = "The window before: " if nth else ""
        said = f"{before}{prose.window(found.measure, window)}"
        console.print(Text(output.printable(said)), soft_wrap=True)
        if window.rows:
            console.print(_table(found, window))
        if (more := window.count - window.hidden - len(window.rows)) > 0:
            console.print(f"{formats.count(more, 'more row')}: --limit {limit + more}")
        if window.hidden:
            console.print(f"{formats.count(window.hidden, 'row')} of accounts that you may not see")
        _print_rejected(console, window)
    for line in prose.reconciled(found.measure, found.windows, reading):
        console.print(Text(output.printable(line)), soft_wrap=True)


def print_compared(
    before: FactsBehind, after: FactsBehind, rows: Sequence[ComparedRow], limit: int
) -> None:
    """Print the rows behind a measure on two dates, with whether each counted on either."""
    from keepwell.health.explain import prose

    console = output.console()
    console.print(
        Text(output.printable(after.leaf.title), style="bold"),
        Text(output.printable(f"of {after.explanation.name} ({after.explanation.account_id})")),
        sep="  ",
        soft_wrap=True,
    )
    for side in (before, after):
        reading = side.leaf.reading
        assert reading, "a measure has a reading, if only of why there is none"
        said = " ".join(prose.reconciled(side.measure, side.windows, reading))
        if reading.missing or not said:
            value = f"no value, {prose.value(reading)}" if reading.missing else prose.value(reading)
            said = f"{value}. {said}".rstrip()
        line = f"{side.explanation.row.as_of}: {said}"
        console.print(Text(output.printable(line)), soft_wrap=True)
    if not rows:
        console.print("No rows on either date.")
        return
    console.print(_compared(before, after, rows))
    changed = sum(row.is_changed for row in rows)
    console.print(
        f"{formats.count(changed, 'row')} counted on one of the dates alone."
        if changed
        else "The same rows counted on both dates."
    )
    windows = [side.windows[0] for side in (before, after)]
    if (more := max(each.count - each.hidden - len(each.rows) for each in windows)) > 0:
        console.print(f"{formats.count(more, 'more row')}: --limit {limit + more}")
    if hidden := max(each.hidden for each in windows):
        console.print(f"{formats.count(hidden, 'row')} of accounts that you may not see")


def _compared(before: FactsBehind, after: FactsBehind, rows: Sequence[ComparedRow]) -> Table:
    from keepwell.health.explain import prose

    own = after.explanation.account_id
    has_several = any(row.account_id != own for row in rows)
    has_id = after.measure.table != "usage" and all(len(row.id) <= LONGEST_ID for row in rows)
    names = [
        name
        for name in dict.fromkeys((*after.windows[0].columns, *before.windows[0].columns))
        if name != "account_id"
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Date", no_wrap=True)
    for name in [*(["Id"] if has_id else []), *(["Account"] if has_several else [])]:
        table.add_column(name, overflow="fold")
    for name in names:
        table.add_column(name.replace("_", " ").replace(".", " ").capitalize(), overflow="fold")
    for side in (before, after):
        table.add_column(f"Counted {side.explanation.row.as_of}", overflow="fold")
    for row in rows:
        cells = [str(row.on)]
        cells += [row.id] if has_id else []
        cells += [after.names.get(row.account_id, row.account_id)] if has_several else []
        cells += [row.cells.get(name, "") for name in names]
        cells += [prose.counted_row(row.before), prose.counted_row(row.after)]
        table.add_row(*map(output.escaped, cells), style="bold" if row.is_changed else None)
    return table


def _table(found: FactsBehind, window: WindowRows) -> Table:
    from keepwell.health.explain import prose

    has_several = len({row.account_id for row in window.rows}) > 1 or any(
        row.account_id != found.explanation.account_id for row in window.rows
    )
    has_mark = any(row.is_marked for row in window.rows)
    has_part = any(row.in_part is not None for row in window.rows)
    has_number = any(row.number is not None for row in window.rows)
    # By its id a ticket or a survey is found again where it came from; of uses nobody would look for one.
    has_id = found.measure.table != "usage" and all(
        len(row.id) <= LONGEST_ID for row in window.rows
    )
    shown = [nth for nth, name in enumerate(window.columns) if name != "account_id"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Date", no_wrap=True)
    if has_id:
        table.add_column("Id", no_wrap=True)
    if has_several:
        table.add_column("Account", overflow="fold")
    for nth in shown:
        is_number = any(isinstance(row.cells[nth], Decimal) for row in window.rows)
        name = window.columns[nth].replace("_", " ").replace(".", " ")
        table.add_column(
            name.capitalize(), justify="right" if is_number else "left", overflow="fold"
        )
    if has_number:
        table.add_column("Number", justify="right", no_wrap=True)
    if has_part:
        table.add_column("Counts", no_wrap=True)
    if has_mark:
        table.add_column("", no_wrap=True)
    for row in window.rows:
        cells = [str(row.on)]
        cells += [row.id] if has_id else []
        cells += [found.names.get(row.account_id, row.account_id)] if has_several else []
        cells += [found.cell(window.columns[nth], row.cells[nth]) for nth in shown]
        cells += [_number(row.number)] if has_number else []
        cells += [prose.cell(row.in_part)] if has_part else []
        cells += [MARK if row.is_marked else ""] if has_mark else []
        table.add_row(*map(output.escaped, cells))
    return table


def _number(value: float | None) -> str:
    from keepwell.health.explain import prose

    return "" if value is None else prose.number(round(value, 2))


def _print_rejected(console: Console, window: WindowRows) -> None:
    from keepwell.health.explain import prose

    if not window.rejected:
        return
    count = sum(each.count for each in window.rejected)
    console.print(f"Rejected, so not counted: {formats.count(count, 'row')}")
    for each in window.rejected[:MOST_REJECTED]:
        console.print(Text(output.printable(f"  {prose.rejected_rows(each)}")), soft_wrap=True)
    if (more := len(window.rejected) - MOST_REJECTED) > 0:
        console.print(f"  and {more:,} more kinds; --json lists all")
