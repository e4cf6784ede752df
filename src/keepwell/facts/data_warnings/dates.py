"""This file finds events before their account or contract line started, and events in the future."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.facts.data_warnings.warning import DataWarning, Facts, examples, warn
from keepwell.facts.schema import TABLES

# Events that can be planned ahead; of all others, a date in the future is a mistake.
PLANS = ("meetings", "outcomes", "milestones", "renewals")
BEFORE_ACCOUNT = {
    "usage": "usage events are dated before their account started",
    "tickets": "tickets were opened before their account started",
}


def find(facts: Facts) -> Iterator[DataWarning]:
    views = facts.views
    for table, what in BEFORE_ACCOUNT.items():
        if facts.has(table, "accounts"):
            early = 'events."on" < starts.started_on'
            counts = facts.counts(f"""
                SELECT sum(n) FILTER ({early}), sum(n), {examples("events.account_id", early)}
                FROM {facts.by_day(table)} AS events
                LEFT JOIN (
                    SELECT account_id, min(started_on) AS started_on FROM {views["accounts"]} GROUP BY 1
                ) AS starts USING (account_id)
            """)
            yield from warn(f"{table}_before_account", table, counts, what)
    if facts.has("usage", "contracts"):
        early = 'events."on" < line.starts_on'
        counts = facts.counts(f"""
            SELECT sum(n) FILTER ({early}), sum(n), {examples("line.id", early)}
            FROM (
                SELECT contract_id, "on", count(*) AS n FROM {views["usage"]} WHERE contract_id IS NOT NULL GROUP BY ALL
            ) AS events
            JOIN (
                SELECT id, min(starts_on) AS starts_on FROM {views["contracts"]} GROUP BY 1
            ) AS line ON line.id = events.contract_id
        """)
        what = "usage events are dated before their contract line started"
        yield from warn("usage_before_contract", "usage", counts, what)
    for table, view in views.items():
        if TABLES[table].time != "event" or table in PLANS:
            continue
        # Counted by day; only the keys to show are read from the rows, and only if there are any.
        ahead = f'"on" > {facts.today}'
        count, of, _ = facts.counts(
            f"SELECT sum(n) FILTER ({ahead}), sum(n), NULL FROM {facts.by_day(table)}"
        )
        if count:
            key = TABLES[table].columns[0].name
            query = f"SELECT 0, 0, {examples(key, ahead)} FROM {view} WHERE {ahead}"
            what = f"rows of `{table}` are dated after {facts.day}"
            yield from warn("in_the_future", table, (count, of, facts.counts(query)[2]), what)
