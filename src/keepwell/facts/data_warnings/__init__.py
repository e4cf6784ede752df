"""This room finds what is suspicious in rows that were accepted: impossible dates, contradicting sources, silent feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from keepwell.facts.data_warnings import (
    churn_contradictions,
    contracts,
    dates,
    empty,
    hierarchy,
    silence,
)
from keepwell.facts.data_warnings.dates import PLANS
from keepwell.facts.data_warnings.warning import DataWarning, Facts
from keepwell.facts.staging.staged import FeedDeclared

__all__ = ["PLANS", "DataWarning", "find"]


def find(
    con: duckdb.DuckDBPyConnection,
    views: Mapping[str, str],
    *,
    day: date,
    feeds: Sequence[FeedDeclared] = (),
) -> tuple[DataWarning, ...]:
    """Find what is suspicious on a day; `views` names the relation of each table that has rows.

    The relations have the standard columns, without the personal ones, and `on` and `feed`.
    """
    facts = Facts(con, views, day)
    return (
        *dates.find(facts),
        *contracts.find(facts),
        *churn_contradictions.find(facts),
        *hierarchy.find(facts),
        *empty.find(facts),
        *silence.find(facts, feeds),
    )
