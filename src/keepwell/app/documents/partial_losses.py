"""This file lays out losses by kind, and what was lost of accounts that stayed."""

from __future__ import annotations

from keepwell.app.documents import tables
from keepwell.app.documents.readers import Reader
from keepwell.app.documents.tables import Column, Table
from keepwell.app.formats import NONE
from keepwell.health.judge import kinds_of_loss, page_words
from keepwell.health.judge.judgement import Backtest

SHOWN = 10  # the largest


def by_kind(judged: Backtest, reader: Reader) -> Table | None:
    """Count losses by kind; nothing where only accounts were lost."""
    if not judged.partial_losses:
        return None
    rows = [
        (each.kind, f"{each.losses:,}", f"{each.accounts:,}", reader.whole_money(each.revenue), f"{each.unknown:,}")
        for each in kinds_of_loss.by_kind(judged)
    ]  # fmt: skip
    columns = "Kind", "Losses", "Accounts", "Lost a year", "Amount unknown"
    return tables.table("kinds", "Kinds of loss", [page_words.kinds_of_loss(judged)], columns, rows)


def largest(judged: Backtest, reader: Reader) -> Table | None:
    """List the largest losses of accounts that stayed."""
    most = sorted(judged.partial_losses, key=lambda loss: -(loss.revenue or 0.0))[:SHOWN]
    if not most:
        return None
    rows = [
        (
            reader.name(each.account_id), reader.formats.day(each.lost_on), each.kind, each.product or NONE,
            reader.whole_money(each.revenue), reader.whole_money(each.before), reader.score(each.score),
            each.reason.replace("_", " ") or NONE,
        )
        for each in most
    ]  # fmt: skip
    columns = (
        "Account", Column("Lost on", is_number=False), Column("Kind", is_number=False), Column("Product", is_number=False),
        "Lost a year", "Of", "Score then", Column("Reason", is_number=False),
    )  # fmt: skip
    return tables.table(
        "partial-losses",
        "Lost of accounts that stayed",
        [page_words.largest(len(most), len(judged.partial_losses))],
        columns,
        rows,
        urls=[reader.page(each.account_id) for each in most],
        is_wide=True,
    )
