"""This file shows a portfolio by two cards in a terminal: who turns, what hangs on it, how the scores are spread, who moves furthest."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from keepwell.cli import answers, marks

if TYPE_CHECKING:
    from rich.console import Console

    from keepwell.app.actions.previews import Mover, Preview
    from keepwell.health.definition.band import Band
    from keepwell.health.engines.protocol import Score
    from keepwell.health.explain.preview import AccountPreview, Distribution, Transition

MOST_LISTED = 15
# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64
BAR, BESIDE = 20, 24  # columns of a bar at most, and what stands beside two of them
NO_SCORE = "Not enough data"
HEADINGS = {
    "worse": "Worse",
    "loses its score": "No score any more",
    "better": "Better",
    "gains a score": "A score now",
    "other": "A band of another name",
}


def show(console: Console, found: Preview, card: Path) -> None:
    """Print the whole preview."""
    beside = f"{answers.outside(str(card))} beside version {found.version}, on {found.as_of}"
    answers.say(
        f"{beside}, over facts through import {found.through_batch}: {_accounts(found.rows)}.", ""
    )
    if not found.rows:
        answers.say("No account had begun by then, so there is nothing to compare.")
        return
    _turned(console, found)
    console.print(
        _matrix(console, found), "", _spread(console, found), "", _segments(console, found), ""
    )
    if found.movers:
        answers.say(
            "[bold]Furthest moves[/bold]",
            *(f"  {answers.outside(_moved(each))}" for each in found.movers),
            "",
        )
    answers.say("Nothing was published or kept.")


def _moved(mover: Mover) -> str:
    from keepwell.health.explain import prose

    account = mover.account
    return prose.preview(account.name, account.before, account.after, mover.effects)


def _turned(console: Console, found: Preview) -> None:
    """List whose band changes, each direction apart, those with the most revenue first."""
    turned = [row for row in found.rows if row.turn]
    if not turned:
        answers.say("No account changes its band.", "")
    for turn, heading in HEADINGS.items():
        rows = [row for row in turned if row.turn == turn]
        if not rows:
            continue
        rows.sort(key=lambda row: (-(row.revenue or Decimal(0)), row.account_id))
        answers.say(f"[bold]{heading}[/bold]: {_accounts(rows)}, {_revenue(found, rows)}")
        table = Table(box=None, pad_edge=False, show_header=False)
        for nth in range(4):
            table.add_column(justify="right" if nth == 3 else "left", overflow="fold")
        for row in rows[:MOST_LISTED]:
            amount = "" if row.revenue is None else f"{row.revenue:,.0f}"
            table.add_row(
                f"  {answers.outside(row.name)}",
                _standing(row.before),
                _standing(row.after),
                amount,
            )
        console.print(table)
        if len(rows) > MOST_LISTED:
            answers.say(f"  and {len(rows) - MOST_LISTED} more; --json lists all")
        answers.say("")


def _matrix(console: Console, found: Preview) -> Table:
    """Accounts by band before (down) and after (across), with the revenue that is known of them."""
    from keepwell.health.explain import preview

    cells = {(cell.before, cell.after): cell for cell in preview.matrix(found.rows)}
    down, across = (
        _names(found.before, [cell[0] for cell in cells]),
        _names(found.after, [cell[1] for cell in cells]),
    )
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    has_revenue = console.width >= WIDE
    heading = "Now (down), by the draft (across)" + (f", {found.currency}" if has_revenue else "")
    table.add_column(heading, overflow="fold", min_width=8)
    for name in across:
        table.add_column(answers.outside(name or NO_SCORE), justify="right", overflow="fold")
    for before in down:
        row = (_cell(cells.get((before, after)), has_revenue) for after in across)
        table.add_row(answers.outside(before or NO_SCORE), *row)
    return table


def _cell(cell: Transition | None, has_revenue: bool) -> str:
    if cell is None:
        return ""
    return (
        f"{cell.accounts} ({cell.revenue:,.0f})"
        if has_revenue and cell.revenue is not None
        else str(cell.accounts)
    )


def _spread(console: Console, found: Preview) -> Table:
    """Draw how many accounts have which scores, now and by the draft."""
    from keepwell.health.explain import preview

    before, after = (preview.distribution(scores) for scores in _both(found.rows))
    width = max(1, min(BAR, (console.width - BESIDE) // 2))
    highest = max(*before.bins, *after.bins, 1)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Score", "Now", "By the draft"):
        table.add_column(name, no_wrap=True)
    for at in reversed(range(len(before.bins))):
        low = at * int(preview.WIDTH)
        drawn = [
            f"{marks.bar(console, count / highest * 100, width) if count else ' ' * width} {count:>4}"
            for count in (before.bins[at], after.bins[at])
        ]
        table.add_row(f"{low} to {low + int(preview.WIDTH)}", *drawn)
    return table


def _segments(console: Console, found: Preview) -> Table:
    """Mean, median and bands of each segment, now and by the draft."""
    from keepwell.health.explain import preview

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Segment", overflow="fold", min_width=8)
    columns = 2 + (console.width >= MIDDLE) + 2 * (console.width >= WIDE)
    for name in ("Accounts", "Mean", "Median", "Bands now", "By the draft")[:columns]:
        is_number = not name.startswith("B")
        table.add_column(
            name, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold"
        )
    parts = [
        (
            answers.outside(part.segment) if part.segment else "no segment",
            part.accounts,
            part.before,
            part.after,
        )
        for part in preview.by_segment(found.rows)
    ]
    if len(parts) > 1:
        before, after = (preview.distribution(scores) for scores in _both(found.rows))
        parts.append(("all accounts", len(found.rows), before, after))
    for name, accounts, before, after in parts:
        numbers = (_change(before.mean, after.mean), _change(before.median, after.median))
        cells = (str(accounts), *numbers, _bands(before, found.before), _bands(after, found.after))
        table.add_row(name, *cells[:columns])
    return table


def _both(rows: Sequence[AccountPreview]) -> tuple[list[Score], list[Score]]:
    return [row.before for row in rows], [row.after for row in rows]


def _names(bands: Sequence[Band], met: Sequence[str | None]) -> list[str | None]:
    """The names of bands from the top down, and none where an account has no score."""
    return [*(band.name for band in bands), *([None] if None in met else [])]


def _bands(spread: Distribution, bands: Sequence[Band]) -> str:
    counted = [
        f"{band.name} {spread.bands[band.name]}" for band in bands if spread.bands.get(band.name)
    ]
    return answers.outside(
        ", ".join(
            [*counted, *([f"{NO_SCORE} {spread.without_score}"] if spread.without_score else [])]
        )
    )


def _change(before: float | None, after: float | None) -> str:
    return f"{marks.points(before) or '-'} to {marks.points(after) or '-'}"


def _standing(score: Score) -> str:
    return answers.outside(f"{score.band or NO_SCORE} {marks.points(score.score)}".strip())


def _accounts(rows: Sequence[object]) -> str:
    return f"{len(rows)} account{'' if len(rows) == 1 else 's'}"


def _revenue(found: Preview, rows: Sequence[AccountPreview]) -> str:
    """Say what is known of the revenue of some accounts."""
    from keepwell.health.explain import preview

    amount, unknown = preview.revenue(rows)
    if amount is None:
        return "revenue not known"
    left = f" ({unknown} of them without a known one)" if unknown else ""
    return f"{amount:,.0f} {found.currency} a year{left}"
