"""This file prints a preview: whose band changes, how much revenue that is, how the scores are spread, who moves furthest."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from keepwell.cli import formats, output

if TYPE_CHECKING:
    from rich.console import Console

    from keepwell.app.actions.past_leavers import PastLeavers
    from keepwell.app.actions.previews import Mover, Preview
    from keepwell.health.definition.band import Band
    from keepwell.health.engines.protocol import Score
    from keepwell.health.explain.preview import AccountPreview, Distribution, Transition
    from keepwell.health.judge.judgement import Loss

MOST_LISTED = 15
# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64
BAR, BESIDE = 20, 24  # columns of a bar at most, and what stands beside two of them
HEADINGS = {
    "worse": "Worse",
    "loses its score": "Lose their score",
    "better": "Better",
    "gains a score": "Gain a score",
    "other": "Renamed band",
}


def show(console: Console, found: Preview, card: Path, left: PastLeavers | None) -> None:
    """Print the whole preview, and what the draft would have said of last year's leavers."""
    compared = f"{output.escaped(str(card))} compared with version {found.version} on {found.as_of}"
    output.say(
        f"{compared}, with facts through import {found.through_batch}: {_accounts(found.rows)}.{_left_out(found)}",
        "",
    )
    if not found.rows:
        output.say("No account existed by then, so there is nothing to compare.")
        return
    _print_band_changes(console, found)
    tables = (_matrix(console, found), _spread(console, found), _segments(console, found))
    for table in tables:
        console.print(table)
        console.print()
    if found.movers:
        output.say(
            "[bold]Biggest moves[/bold]",
            *(f"  {output.escaped(_moved(found, each))}" for each in found.movers),
            "",
        )
    if left and left.rows:
        _print_past_leavers(console, found, left)
    output.say("Nothing was published or stored.")


def _print_past_leavers(console: Console, found: Preview, left: PastLeavers) -> None:
    """Say how many of them either card had called healthy, and list those of whom the two differ."""
    missed = {
        name: sum(getattr(row, name).is_blindsided for row in left.rows)
        for name in ("before", "after")
    }
    output.say(
        f"[bold]Those who left in the last year[/bold]: {len(left.rows)}. Up to 90 days before, by what had happened by then, the "
        f"published card had {missed['before']} of them healthy, this draft {missed['after']}."
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    for nth in range(5):
        table.add_column(justify="right" if nth == 4 else "left", overflow="fold")
    differing = [row for row in left.rows if row.before.band != row.after.band]
    for row in differing[:MOST_LISTED]:
        amount = "" if row.after.revenue is None else f"{row.after.revenue:,.0f}"
        table.add_row(
            f"  {output.escaped(row.name)}",
            f"left {row.after.left_on}",
            _seen(row.before, found.before),
            _seen(row.after, found.after),
            amount,
        )
    console.print(table)
    if len(differing) > MOST_LISTED:
        output.say(f"  and {len(differing) - MOST_LISTED} more (--json lists all)")
    output.say("")


def _seen(loss: Loss, bands: Sequence[Band]) -> str:
    points = formats.points(loss.score, bands)
    return output.escaped(f"{loss.band or formats.NO_SCORE} {points}".strip())


def _moved(found: Preview, mover: Mover) -> str:
    from keepwell.health.explain import prose

    account = mover.account
    bands = (found.before, found.after)
    return prose.preview(account.name, account.before, account.after, mover.effects, bands)


def _print_band_changes(console: Console, found: Preview) -> None:
    """List whose band changes, each direction apart, those with the most revenue first."""
    turned = [row for row in found.rows if row.turn]
    if not turned:
        output.say("No account changes band.", "")
    for turn, heading in HEADINGS.items():
        rows = [row for row in turned if row.turn == turn]
        if not rows:
            continue
        rows.sort(key=lambda row: (-(row.revenue or Decimal(0)), row.account_id))
        output.say(f"[bold]{heading}[/bold]: {_accounts(rows)}, {_revenue(found, rows)}")
        table = Table(box=None, pad_edge=False, show_header=False)
        for nth in range(4):
            table.add_column(justify="right" if nth == 3 else "left", overflow="fold")
        for row in rows[:MOST_LISTED]:
            amount = "" if row.revenue is None else f"{row.revenue:,.0f}"
            table.add_row(
                f"  {output.escaped(row.name)}",
                _standing(row.before, found.before),
                _standing(row.after, found.after),
                amount,
            )
        console.print(table)
        if len(rows) > MOST_LISTED:
            output.say(f"  and {len(rows) - MOST_LISTED} more (--json lists all)")
        output.say("")


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
    heading = "Now (down), with the draft (across)" + (f", {found.currency}" if has_revenue else "")
    table.add_column(heading, overflow="fold", min_width=8)
    for name in across:
        table.add_column(output.escaped(name or formats.NO_SCORE), justify="right", overflow="fold")
    for before in down:
        row = (_cell(cells.get((before, after)), has_revenue) for after in across)
        table.add_row(output.escaped(before or formats.NO_SCORE), *row)
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
    """Draw how many accounts have which scores, now and with the draft."""
    from keepwell.health.explain import preview

    before, after = (preview.distribution(scores) for scores in _both(found.rows))
    width = max(1, min(BAR, (console.width - BESIDE) // 2))
    highest = max(*before.bins, *after.bins, 1)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Score", "Now", "With the draft"):
        table.add_column(name, no_wrap=True)
    for at in reversed(range(len(before.bins))):
        low = at * int(preview.WIDTH)
        drawn = [
            f"{formats.bar(console, count / highest * 100, width) if count else ' ' * width} {count:>4}"
            for count in (before.bins[at], after.bins[at])
        ]
        table.add_row(f"{low} to {low + int(preview.WIDTH)}", *drawn)
    return table


def _segments(console: Console, found: Preview) -> Table:
    """Mean, median and bands of each segment, now and with the draft."""
    from keepwell.health.explain import preview

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Segment", overflow="fold", min_width=8)
    columns = 2 + (console.width >= MIDDLE)
    for name in ("Accounts", "Mean", "Median")[:columns]:
        table.add_column(name, justify="right", no_wrap=True)
    has_bands = console.width >= WIDE
    for name in ("Bands now", "Bands with the draft") if has_bands else ():
        table.add_column(name, overflow="fold")
    parts = [
        (output.escaped(part.segment or "no segment"), part.accounts, part.before, part.after)
        for part in preview.by_segment(found.rows)
    ]
    if len(parts) > 1:
        before, after = (preview.distribution(scores) for scores in _both(found.rows))
        parts.append(("all accounts", len(found.rows), before, after))
    for name, accounts, before, after in parts:
        numbers = (
            str(accounts),
            _change(before.mean, after.mean, found),
            _change(before.median, after.median, found),
        )
        bands = (_bands(before, found.before), _bands(after, found.after)) if has_bands else ()
        table.add_row(name, *numbers[:columns], *bands)
    return table


def _both(rows: Sequence[AccountPreview]) -> tuple[list[Score], list[Score]]:
    return [row.before for row in rows], [row.after for row in rows]


def _names(bands: Sequence[Band], met: Sequence[str | None]) -> list[str | None]:
    """The names of bands from the top down, and none where an account has no score."""
    return [*(band.name for band in bands), *([None] if None in met else [])]


def _bands(spread: Distribution, bands: Sequence[Band]) -> str:
    counts = [(band.name, spread.bands.get(band.name, 0)) for band in bands]
    counts.append((formats.NO_SCORE, spread.without_score))
    return output.escaped(", ".join(f"{name} {count}" for name, count in counts if count))


def _change(before: float | None, after: float | None, found: Preview) -> str:
    then, now = formats.points(before, found.before), formats.points(after, found.after)
    return f"{then or '-'} to {now or '-'}"


def _standing(score: Score, bands: Sequence[Band]) -> str:
    points = formats.points(score.score, bands)
    return output.escaped(f"{score.band or formats.NO_SCORE} {points}".strip())


def _left_out(found: Preview) -> str:
    return f" Not customers: {formats.count(found.left_out, 'account')}." if found.left_out else ""


def _accounts(rows: Sequence[object]) -> str:
    return formats.count(len(rows), "account")


def _revenue(found: Preview, rows: Sequence[AccountPreview]) -> str:
    """Say what is known of the revenue of some accounts."""
    from keepwell.health.explain import preview

    amount, unknown = preview.revenue(rows)
    if amount is None:
        return "revenue unknown"
    left = f" ({unknown} of them unknown)" if unknown else ""
    return f"{amount:,.0f} {found.currency} a year{left}"
