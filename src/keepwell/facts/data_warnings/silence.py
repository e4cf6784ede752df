"""This file finds feeds that have gone silent, or have gaps that are longer than they should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from keepwell.facts.data_warnings.warning import MAX_EXAMPLES, DataWarning, Facts
from keepwell.facts.duckdb_session import literal
from keepwell.facts.schema import TABLES
from keepwell.facts.staging.staged import FeedDeclared


def find(facts: Facts, feeds: Sequence[FeedDeclared]) -> Iterator[DataWarning]:
    """Compare the days of each feed's events with how often they are expected, after the day up to which it is complete."""
    for feed in feeds:
        tables = [
            table for table in feed.tables if facts.has(table) and TABLES[table].time == "event"
        ]
        if not tables:
            continue
        every = feed.expected_every_days
        all_days = " UNION ".join(
            f'SELECT DISTINCT "on" FROM {facts.by_day(table)} WHERE feed = {literal(feed.name)}'
            for table in tables
        )
        days = [
            day
            for (day,) in facts.con.execute(
                f'SELECT "on" FROM ({all_days}) WHERE "on" <= {facts.today} ORDER BY 1'
            ).fetchall()
        ]
        # What is declared complete has no gaps, only quiet days.
        if feed.through:
            days = [min(feed.through, facts.day), *(day for day in days if day > feed.through)]
        if not days:
            continue
        expected = "day" if every == 1 else f"{every} days"
        silent = (facts.day - days[-1]).days - 1  # whole days: today is not over
        if silent > every:
            sentence = (
                f"Feed `{feed.name}` has been silent for {silent:,} days, since {days[-1]}; "
                f"expected every {expected}."
            )
            yield DataWarning("feed_stops", tables[0], silent, every, sentence, (str(days[-1]),))
        gaps = [(later - day, day) for day, later in pairwise(days) if (later - day).days > every]
        if gaps:
            length, start = max(gaps)
            longer = f"more than {every} {'day' if every == 1 else 'days'}"
            sentence = (
                f"Feed `{feed.name}` has a gap of {longer}, from {start} to {start + length}."
                if len(gaps) == 1
                else f"Feed `{feed.name}` has {len(gaps)} gaps of {longer}, the longest from {start} to {start + length}."
            )
            shown = tuple(str(day) for _, day in sorted(gaps, reverse=True)[:MAX_EXAMPLES])
            yield DataWarning("feed_has_gaps", tables[0], len(gaps), len(days), sentence, shown)
