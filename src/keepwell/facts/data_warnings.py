"""This file looks for what is suspicious in facts that are accepted: dates that cannot be, sources that disagree, feeds that stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb

from keepwell.facts import hierarchy
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.schema import TABLES
from keepwell.facts.staging.stage import FeedDeclared

Views = Mapping[str, str]

EMPTY_FROM = 0.25  # the share of rows without a value from which on a column is called mostly empty
FEWEST = 20  # rows below which a share says nothing
NEAR_DAYS = 7  # between a decision to leave and the end of a contract that it explains
SHOWN = 3
# Dates and references are often rightly empty; numbers, flags and choices are what scores are made of.
MEASURED = ("quantity", "money", "flag")
# Events that lie ahead are plans there, not slips.
PLANS = ("meetings", "outcomes", "milestones", "renewals")


@dataclass(frozen=True)
class DataWarning:
    """Something suspicious: how many of how many, one sentence, and a few rows to look at."""

    code: str
    table: str
    count: int
    of: int
    sentence: str
    examples: tuple[str, ...] = ()


def find(
    con: duckdb.DuckDBPyConnection, views: Views, *, day: date, feeds: Sequence[FeedDeclared] = ()
) -> tuple[DataWarning, ...]:
    """Look through the facts as they stand on a day; `views` names the relation of each table that has rows.

    The relations have the standard columns, without the personal ones, and `on` and `feed`.
    """
    look = _Look(con, views, day)
    found = [
        *look.before_the_account(),
        *look.before_the_contract(),
        *look.ahead(),
        *look.contracts(),
        *look.churn(),
    ]
    return (
        *found,
        *look.parents(),
        *look.empty(),
        *(warning for feed in feeds for warning in look.feed(feed)),
    )


class _Look:
    """One look through the facts of a day."""

    def __init__(self, con: duckdb.DuckDBPyConnection, views: Views, day: date) -> None:
        self.con, self.views, self.day = con, views, day
        self.added_up: set[str] = set()

    def has(self, *tables: str) -> bool:
        return all(table in self.views for table in tables)

    def row(self, query: str) -> tuple[int, int, tuple[str, ...]]:
        """Read a count, of how many, and examples."""
        count, of, examples = self.con.execute(query).fetchall()[0]
        return int(count or 0), int(of or 0), tuple(str(example) for example in examples or ())

    def by_day(self, table: str) -> str:
        """The events of a table by account, day and feed, and how many fill each column: all rows are looked at once."""
        days = quoted(f"days_of_{table}")
        if table not in self.added_up:
            account = "account_id" if TABLES[table].per_account else "NULL AS account_id"
            filled = "".join(
                f", count({quoted(column)}) AS {quoted(column)}" for column in _measured(table)
            )
            query = f'SELECT {account}, "on", feed, count(*) AS n{filled} FROM {self.views[table]} GROUP BY ALL'
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {days} AS {query}")
            self.added_up.add(table)
        return days

    def starts(self) -> str:
        return f"(SELECT account_id, min(started_on) AS started_on FROM {self.views['accounts']} GROUP BY 1)"

    def before_the_account(self) -> Iterator[DataWarning]:
        words = {
            "usage": "uses lie before their account began",
            "tickets": "tickets were opened before their account began",
        }
        for table, what in words.items():
            if self.has(table, "accounts"):
                early = 'events."on" < starts.started_on'
                count, of, examples = self.row(f"""
                    SELECT sum(n) FILTER ({early}), sum(n), {_few("events.account_id", early)}
                    FROM {self.by_day(table)} AS events LEFT JOIN {self.starts()} AS starts USING (account_id)
                """)
                yield from _some(f"{table}_before_account", table, count, of, what, examples)

    def before_the_contract(self) -> Iterator[DataWarning]:
        if self.has("usage", "contracts"):
            early = 'events."on" < line.starts_on'
            count, of, examples = self.row(f"""
                SELECT sum(n) FILTER ({early}), sum(n), {_few("line.id", early)}
                FROM (
                    SELECT contract_id, "on", count(*) AS n FROM {self.views["usage"]} WHERE contract_id IS NOT NULL GROUP BY ALL
                ) AS events
                JOIN (SELECT id, min(starts_on) AS starts_on FROM {self.views["contracts"]} GROUP BY 1) AS line ON line.id = events.contract_id
            """)
            yield from _some(
                "usage_before_contract",
                "usage",
                count,
                of,
                "uses lie before their contract line began",
                examples,
            )

    def ahead(self) -> Iterator[DataWarning]:
        for name, view in self.views.items():
            if TABLES[name].time == "event" and name not in PLANS:
                ahead = f'"on" > {self.today}'
                count, of, _ = self.row(
                    f"SELECT sum(n) FILTER ({ahead}), sum(n), NULL FROM {self.by_day(name)}"
                )
                key = TABLES[name].columns[0].name
                examples = (
                    self.row(f"SELECT 0, 0, {_few(key, ahead)} FROM {view} WHERE {ahead}")[2]
                    if count
                    else ()
                )
                yield from _some(
                    "in_the_future",
                    name,
                    count,
                    of,
                    f"rows of `{name}` lie after {self.day}",
                    examples,
                )

    @property
    def today(self) -> str:
        return f"DATE '{self.day}'"

    def contracts(self) -> Iterator[DataWarning]:
        if not self.has("contracts"):
            return
        view = self.views["contracts"]
        checks = {
            "negative_units": ("units < 0", "contract lines have less than no units"),
            "ends_before_it_starts": (
                "ends_on <= starts_on",
                "contract lines end on or before the day on which they start",
            ),
        }
        for code, (wrong, what) in checks.items():
            count, of, examples = self.row(
                f"SELECT count(*) FILTER ({wrong}), count(*), {_few('id', wrong)} FROM {view}"
            )
            yield from _some(code, "contracts", count, of, what, examples)
        overlapping = "starts_on < reaches"
        count, of, examples = self.row(f"""
            SELECT count(*) FILTER ({overlapping}), count(*), {_few("id", overlapping)} FROM (
                SELECT *, max(coalesce(ends_on, DATE '9999-12-31')) OVER (
                    PARTITION BY account_id, product, coalesce(unit, 'seat') ORDER BY starts_on, id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS reaches
                FROM {view}
                WHERE coalesce(kind, 'recurring') = 'recurring' AND replaced_by IS NULL AND product IS NOT NULL
            )
        """)
        what = "recurring contract lines overlap an earlier line of the same account and product"
        yield from _some("overlapping_lines", "contracts", count, of, what, examples)

    def flags(self) -> str:
        """Each account with whether its source calls it churned, as its latest row says."""
        return f"(SELECT account_id, arg_max(is_churned, valid_from) AS gone FROM {self.views['accounts']} GROUP BY 1)"

    def churn(self) -> Iterator[DataWarning]:
        if self.has("accounts", "contracts"):
            yield from self.flag_against_contracts()
        if self.has("accounts", "renewals"):
            yield from self.flag_against_decisions()
        if self.has("contracts", "renewals"):
            yield from self.decisions_against_contracts()

    def flag_against_contracts(self) -> Iterator[DataWarning]:
        running = f"""(
            SELECT DISTINCT account_id FROM {self.views["contracts"]}
            WHERE coalesce(kind, 'recurring') = 'recurring' AND starts_on <= {self.today} AND (ends_on IS NULL OR ends_on > {self.today})
        )"""
        count, of, examples = self.row(f"""
            SELECT count(running.account_id), count(*), {_few("flags.account_id", "running.account_id IS NOT NULL")}
            FROM {self.flags()} AS flags LEFT JOIN {running} AS running USING (account_id) WHERE gone
        """)
        what = "accounts that their source calls churned still have a running contract line"
        yield from _some("churned_but_running", "accounts", count, of, what, examples)

    def flag_against_decisions(self) -> Iterator[DataWarning]:
        """Compare the flag with the decisions both ways, where the source has such a flag at all; who goes today or later is still there."""
        ahead = f'coalesce(effective_on, "on") >= {self.today}'
        gone = f"(SELECT DISTINCT account_id FROM {self.views['renewals']} WHERE movement = 'churn' AND NOT {ahead})"
        rows = self.con.execute(f"""
            SELECT gone, count(*), count(decided.account_id), {_few("flags.account_id", "decided.account_id IS NULL")},
                {_few("flags.account_id", "decided.account_id IS NOT NULL")}
            FROM {self.flags()} AS flags LEFT JOIN {gone} AS decided USING (account_id) WHERE gone IS NOT NULL GROUP BY 1 ORDER BY 1
        """).fetchall()
        for is_gone, accounts, decided, without, having in rows:
            if is_gone:
                what = f"accounts that their source calls churned have no churn among the renewals; {decided:,} have"
                yield from _some(
                    "churned_without_decision",
                    "accounts",
                    accounts - decided,
                    accounts,
                    what,
                    without or (),
                )
            else:
                what = "accounts that their source does not call churned have a churn among the renewals"
                yield from _some(
                    "decision_without_churned", "accounts", decided, accounts, what, having or ()
                )

    def decisions_against_contracts(self) -> Iterator[DataWarning]:
        near = f"abs(line.ends_on - decision.day) <= {NEAR_DAYS}"
        count, of, examples = self.row(f"""
            SELECT count(*) FILTER (NOT is_near), count(*), {_few("id", "NOT is_near")} FROM (
                SELECT decision.id, coalesce(bool_or({near}), false) AS is_near
                FROM (
                    SELECT id, account_id, coalesce(effective_on, "on") AS day FROM {self.views["renewals"]} WHERE movement = 'churn'
                ) AS decision
                LEFT JOIN {self.views["contracts"]} AS line ON line.account_id = decision.account_id AND line.ends_on IS NOT NULL
                GROUP BY ALL
            )
        """)
        what = f"churn decisions have no contract line that ends within {NEAR_DAYS} days of them; {of - count:,} have"
        yield from _some("decision_without_end", "renewals", count, of, what, examples)

    def parents(self) -> Iterator[DataWarning]:
        view = self.views.get("accounts", "")
        for code, (query, what) in hierarchy.suspicious(view).items() if view else ():
            of_all = f"(SELECT count(DISTINCT account_id) FROM {view})"
            count, of, examples = self.row(
                f"SELECT count(*), {of_all}, {_few('account_id', 'true')} FROM ({query})"
            )
            yield from _some(code, "accounts", count, of, what, examples)

    def empty(self) -> Iterator[DataWarning]:
        """Columns that some rows fill and many do not; those that no row fills are simply not there."""
        for name, view in self.views.items():
            columns, is_event = _measured(name), TABLES[name].time == "event"
            counted = (
                ", ".join(
                    f"{'sum' if is_event else 'count'}({quoted(column)})" for column in columns
                )
                or "NULL"
            )
            rows_of = (
                f"sum(n), {counted} FROM {self.by_day(name)}"
                if is_event
                else f"count(*), {counted} FROM {view}"
            )
            counts = [
                int(count or 0) for count in self.con.execute(f"SELECT {rows_of}").fetchall()[0]
            ]
            rows = counts[0]
            for column, filled in zip(columns, counts[1:], strict=False):
                if rows >= FEWEST and 0 < filled <= rows * (1 - EMPTY_FROM):
                    share = f"{100 * (rows - filled) / rows:.0f} %"
                    sentence = f"`{column}` is empty in {share} of the rows of `{name}` ({rows - filled:,} of {rows:,})."
                    yield DataWarning(
                        "mostly_empty", name, rows - filled, rows, sentence, (column,)
                    )

    def feed(self, feed: FeedDeclared) -> Iterator[DataWarning]:
        """Compare the days of a feed's events with the rhythm that it promises, after the day through which it is complete."""
        events = [
            table for table in feed.tables if self.has(table) and TABLES[table].time == "event"
        ]
        if not events:
            return
        parts = " UNION ".join(
            f'SELECT DISTINCT "on" FROM {self.by_day(table)} WHERE feed = {literal(feed.name)}'
            for table in events
        )
        days = [
            day
            for (day,) in self.con.execute(
                f'SELECT "on" FROM ({parts}) WHERE "on" <= {self.today} ORDER BY 1'
            ).fetchall()
        ]
        if feed.through:
            days = [min(feed.through, self.day), *(day for day in days if day > feed.through)]
        if not days:
            return
        gaps = [
            (later - day, day)
            for day, later in pairwise(days)
            if (later - day).days > feed.expected_every_days
        ]
        silent = (self.day - days[-1]).days - 1  # whole days without anything: today is not over
        if silent > feed.expected_every_days:
            sentence = f"The feed `{feed.name}` stops on {days[-1]}, {silent:,} days ago; it promises something every {_days(feed.expected_every_days)}."
            yield DataWarning(
                "feed_stops",
                events[0],
                silent,
                feed.expected_every_days,
                sentence,
                (str(days[-1]),),
            )
        if gaps:
            longest, begins = max(gaps)
            sentence = (
                f"The feed `{feed.name}` has {_gaps(len(gaps))} of more than {_days(feed.expected_every_days)}; "
                f"the longest is from {begins} to {begins + longest}."
            )
            yield DataWarning(
                "feed_has_gaps",
                events[0],
                len(gaps),
                len(days),
                sentence,
                tuple(str(day) for _, day in sorted(gaps, reverse=True)[:SHOWN]),
            )


def _days(count: int) -> str:
    return "day" if count == 1 else f"{count} days"


def _gaps(count: int) -> str:
    return "a gap" if count == 1 else f"{count} gaps"


def _few(key: str, wrong: str) -> str:
    """The SQL of a few keys of suspicious rows, always the same ones."""
    return f"list_slice(list_sort(list(DISTINCT {key}) FILTER ({wrong})), 1, {SHOWN})"


def _measured(table: str) -> list[str]:
    return [
        column.name for column in TABLES[table].columns if column.type in MEASURED or column.choices
    ]


def _some(
    code: str, table: str, count: int, of: int, what: str, examples: Sequence[str]
) -> Iterator[DataWarning]:
    if count:
        percent = "under 1" if 100 * count < of else f"{100 * count / of:.0f}"
        share = f"{count:,} of {of:,}" + (f" ({percent} %)" if of >= FEWEST else "")
        yield DataWarning(
            code, table, count, of, f"{share} {what}.", tuple(str(example) for example in examples)
        )
