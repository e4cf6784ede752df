"""This file lays out what a judgement has looked at beside its headline, each where there is something to show."""

from __future__ import annotations

from keepwell.app.documents import estimate_rows, partial_losses, tables
from keepwell.app.documents.readers import Reader
from keepwell.app.documents.tables import Column, Table
from keepwell.health.judge import page_words, words
from keepwell.health.judge.judgement import Backtest
from keepwell.health.judge.rates import Part

IN_ORDER = "Pairs in order"


def looked_at(judged: Backtest, reader: Reader) -> tuple[Table, ...]:
    """Give the tables there are: wide ones between pairs of narrow ones."""
    found = (
        _renewals(judged),
        _segments(judged, reader),
        partial_losses.by_kind(judged, reader),
        _left_out(judged),
        partial_losses.largest(judged, reader),
        _treated(judged),
        _without_history(judged, reader),
        _legacy(judged),
    )
    return tuple(each for each in found if each)


def _renewals(judged: Backtest) -> Table | None:
    """Lay out renewals by the score before their deadline, with the share of each band that left."""
    leads = [each for each in judged.renewals if each.renewals]
    if not leads:
        return None
    rows = [
        (
            f"{lead.days} days", estimate_rows.if_enough(lead.auc), f"{lead.renewals:,}", f"{lead.left:,}",
            *(_share(part) for part in lead.bands),
            f"{lead.unscored:,} ({lead.unscored_left:,} left)" if lead.unscored else "0",
        )
        for lead in leads
    ]  # fmt: skip
    bands = (f"Of {part.name} left" for part in leads[0].bands)
    columns = "Before", IN_ORDER, "Renewals", "Left", *bands, "Without a score"
    title = "Renewals, by days before their deadline"
    return tables.table(
        "renewals", title, [page_words.renewals(leads)], columns, rows, is_wide=True
    )


def _share(part: Part) -> str:
    return f"{words.rate(part.rate)} of {part.rate.rows:,}" if part.rate.rows else "none"


def _segments(judged: Backtest, reader: Reader) -> Table | None:
    """Lay out what share of each segment left, and what that paid."""
    if not judged.by_segment:
        return None
    rows = [
        (
            each.name, f"{each.accounts:,}", words.rate(each.rate), words.rate(each.at_risk), estimate_rows.if_enough(each.auc),
            *(reader.whole_money(paid) for paid in (each.money.left, each.money.at_risk, each.money.healthy)),
        )
        for each in judged.by_segment
    ]  # fmt: skip
    columns = "Segment", "Accounts", "Left", "Left of those at risk", IN_ORDER, "Revenue that left", "While at risk", "While healthy"  # fmt: skip
    said = page_words.by_segment(judged)
    return tables.table("by-segment", "What each segment lost", [said], columns, rows, is_wide=True)


def _left_out(judged: Backtest) -> Table | None:
    """Count accounts that are not judged, by why, and what became of them."""
    if not judged.left_out:
        return None
    rows = [
        (words.LEFT_OUT[each.why][each.accounts != 1], f"{each.accounts:,}", f"{each.left:,}")
        for each in judged.left_out
    ]
    columns = "Accounts that", "Accounts", "Have left"
    return tables.table(
        "left-out", "Accounts left out", [page_words.left_out(judged.left_out)], columns, rows
    )


def _treated(judged: Backtest) -> Table | None:
    """Lay out accounts at risk apart by whether somebody worked on them."""
    found = judged.treated
    if found is None or not found.accounts:
        return None
    both = (
        ("in a play", found.treated, found.treated_calls, found.treated_left, f"{found.rescued:,}"),
        ("in none", found.untreated, found.untreated_calls, found.untreated_left, ""),
    )
    rows = [
        (name, words.rate(rate), f"{rate.rows:,}", f"{calls:,}", f"{left:,}", rescued)
        for name, rate, calls, left, rescued in both
    ]
    columns = "Until what came of it", "Left", "Of", "Calls", "Calls that left", "Rescued"
    title = "At risk, with and without a play"
    return tables.table("treated", title, [words.of_treated(found)], columns, rows)


def _without_history(judged: Backtest, reader: Reader) -> Table | None:
    """List the columns that have no history, and say the headline without them."""
    found = judged.without_history
    if found is None:
        return None
    rows = [
        (each.name, f"{each.accounts:,}", words.UNDATED[each.how]) for each in found.reads.columns
    ]
    columns = "Column", "Of accounts", Column("In past months", is_number=False)
    said = [words.without_history(found), *words.readers(found, reader.labels)]
    return tables.table("without-history", "Values without a history", said, columns, rows)


def _legacy(judged: Backtest) -> Table | None:
    """Set the score of another tool beside the card's."""
    found = judged.legacy
    if found is None:
        return None
    rows = [
        ("This card", estimate_rows.if_enough(found.ours), f"{found.ours.leavers:,}"),
        (found.name, estimate_rows.if_enough(found.theirs), f"{found.theirs.leavers:,}"),
        ("Difference", estimate_rows.difference(found.difference), ""),
    ]
    columns = "Score", IN_ORDER, "Leavers"
    return tables.table("legacy", f"Beside {found.name}", [page_words.legacy(found)], columns, rows)
