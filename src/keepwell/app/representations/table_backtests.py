"""This file gives the shape of a backtest of a table of customers: whether there is enough, each way to score, and each column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json
from keepwell.health.definition import scale

if TYPE_CHECKING:
    from keepwell.facts.customer_file import CustomerFile
    from keepwell.health.judge.table_auc import Judged
    from keepwell.health.judge.table_backtest import Backtest, ColumnResult, Result


def backtest(path: Path, file: CustomerFile, found: Backtest) -> Json:
    """Show the whole backtest."""
    from keepwell.health.judge import table_words

    table = found.table
    return {
        "file": str(path),
        "rows": file.rows,
        "rows_judged": found.judged_rows,
        "rows_dropped": {"broken": len(file.broken), **table.dropped},
        "is_enough": found.is_enough,
        "leavers": found.judged_leavers,
        "stayers": found.judged_stayers,
        "later_from": found.later_from,
        "leaks": [each.name for each in found.leaks],
        "results": [result(found, each) for each in found.results],
        "columns": [column(each) for each in found.columns],
        "left_out": [
            {"column": each.name, "why": each.why, "sentence": each.sentence}
            for each in table.left_out
        ],
        "card": None
        if found.card is None
        else {
            "name": found.card.definition.name,
            "columns": dict(found.card.columns),
            "without_column": list(found.card.without_column),
        },
        "notes": [*table.notes, *(found.card.notes if found.card else ())],
        "sentences": [
            table_words.history(found),
            *filter(None, [table_words.leaks(found)]),
            *(table_words.sentence(found, each) for each in found.results),
        ],
    }


def result(found: Backtest, each: Result) -> Json:
    """Show one way to score; `against_equal` is the difference of its AUC from that of equal weights."""
    from keepwell.health.judge import table_words

    against = each.against_equal
    return {
        "way": each.way,
        **judged(each.judged),
        "verdict": table_words.verdict(found, each),
        "against_equal": None
        if against is None
        else dict(zip(("value", "low", "high"), against, strict=True)),
        "without_leaks": None if each.without_leaks is None else judged(each.without_leaks),
    }


def judged(found: Judged) -> Json:
    """Show an AUC with its interval and verdict."""
    return {
        "auc": found.value,
        "low": found.low,
        "high": found.high,
        "verdict": found.verdict,
        "leavers": found.leavers,
        "stayers": found.stayers,
        "rows": found.rows,
    }


def column(each: ColumnResult) -> Json:
    """Show one column; `points` is the scale of a card that earns what was suggested."""
    return {
        "column": each.name,
        "kind": "number" if each.is_number else "category",
        "share_missing": each.share_missing,
        "better": None
        if each.is_higher_better is None
        else ("higher" if each.is_higher_better else "lower"),
        "fewest_left": each.best or None,
        "most_left": each.worst or None,
        "alone": judged(each.alone),
        "is_leak": each.is_leak,
        "equal_weight": each.equal_weight,
        "suggested_weight": each.suggested_weight,
        "points": None if each.suggested_scale is None else scale.plain(each.suggested_scale),
    }
