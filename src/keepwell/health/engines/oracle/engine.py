"""This file turns facts, held as rows, into values, and those into the result of a date."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import OwnTarget, Peers
from keepwell.health.definition.scorecard import Definition, Leaf
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle import (
    cards,
    columns,
    customers,
    denominator,
    empty_cells,
    feeds,
    numbers,
    own_parts,
    past,
    points,
    rejected_rows,
    standings,
    words,
)
from keepwell.health.engines.oracle.accounts import Accounts
from keepwell.health.engines.oracle.feeds import ONE_DAY, Coverage
from keepwell.health.engines.oracle.operands import Row
from keepwell.health.engines.oracle.result import Result
from keepwell.health.engines.oracle.rows import (
    DatedRow,
    current,
    holds,
    in_force,
    latest_of_each,
    mask_future,
)
from keepwell.health.engines.oracle.scores import score_values
from keepwell.health.engines.oracle.values import Value
from keepwell.health.engines.protocol import Line, Score, Standing

WEEK = 7
WEARING_OFF = ("latest", "mean", "min", "max", "median", "spread", "share", "ratio")
# For how many days a use of a feature counts, by the feature's rhythm.
RHYTHM_DAYS = {"daily": 7, "weekly": 14, "monthly": 62, "quarterly": 184, "yearly": 730}


class Oracle:
    """Scores facts held as rows (mappings of column to value) of each table."""

    def __init__(
        self,
        tables: Mapping[str, Table],
        rows: Mapping[str, Sequence[Row]],
        feeds: Sequence[Feed],
        through_batch: int | None = None,
        rejected: Mapping[str, Sequence[Row]] | None = None,
    ) -> None:
        self.tables, self.feeds = tables, feeds
        self.rejected = rejected_rows.still_open(rejected or {}, through_batch)
        self.rows = {
            name: current(table, rows.get(name, ()), through_batch)
            for name, table in tables.items()
        }
        self.accounts = Accounts(self.rows["accounts"])

    def score(
        self, definition: Definition, as_of: date, before: Mapping[str, str] | None = None
    ) -> Result:
        """Score every account on a date; `before` are the bands that they had."""
        self.accounts.place(as_of)
        theirs = {
            account: cards.card_of(
                definition, account, self.accounts.current(account, as_of), as_of
            )
            for account, standing in self.standings(as_of).items()
            if customers.is_scored(definition.population, standing.kind)
        }
        scored: dict[str, tuple[Score, list[Line]]] = {}
        peers: dict[str, dict[str, Sequence[float]]] = {}
        for account, card in theirs.items():
            values = self.values(card, account, list(theirs), as_of)
            for path, value in values.items():
                if value.peer_group is not None:
                    peers.setdefault(path, {})[value.peer_group] = value.peers
            had = (before or {}).get(account)
            scored[account] = score_values(definition, card, account, as_of, values, had)
        if definition.parents:
            own_parts.score_parents(self, definition, theirs, scored, as_of, before or {})
        scores = [score for score, _ in scored.values()]
        lines = [line for _, own in scored.values() for line in own]
        return Result(as_of, scores, lines, peers)

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[Result]:
        """Score every account on many dates, each with the bands of the one before it."""
        bands = before or {}
        for as_of in dates:
            result = self.score(definition, as_of, bands)
            bands = result.bands
            yield result

    def with_parents(self, above: Mapping[str, str]) -> Oracle:
        """Read the same facts with other parents of accounts."""
        other = copy(self)
        other.accounts = copy(self.accounts)
        other.accounts.above = above
        return other

    def values(
        self,
        card: cards.Card,
        account: str,
        accounts: list[str],
        as_of: date,
        covered: Oracle | None = None,
    ) -> dict[str, Value]:
        """Give what a card measures of an account, by path; `covered` reads only whom its own
        contracts cover."""
        return {
            path: self._ranked(leaf, account, accounts, as_of, covered or self)
            for path, leaf in cards.leaves(card.root)
        }

    def _ranked(
        self, leaf: Leaf, account_id: str, accounts: list[str], as_of: date, reads: Oracle
    ) -> Value:
        """Give a value; one that is ranked among peers with the known values of all accounts of its
        group."""
        value, scale = reads.carried(leaf, account_id, as_of), leaf.measure.scale
        if not isinstance(scale, Peers):
            return value
        group = self._peer_group(scale, account_id, as_of)
        if group is None:
            return value
        found = [
            self.carried(leaf, other, as_of)
            for other in accounts
            if self._peer_group(scale, other, as_of) == group
        ]
        # The account itself is one of its peers; what never happened is above all that did.
        numbers = [math.inf if each.never else each.number for each in found]
        known = sorted(number for number in numbers if number is not None)
        return replace(value, peers=tuple(known), peer_group=group)

    def _peer_group(self, scale: Peers, account_id: str, as_of: date) -> str | None:
        if not scale.column:
            return "all accounts"
        cell = self.accounts.attribute(scale.column, account_id, as_of)
        return None if cell is None else f"{scale.column} {cell}"

    def standings(self, as_of: date) -> dict[str, Standing]:
        """Say what every account that has begun is on a date."""
        self.accounts.place(as_of)
        return standings.of_all(
            self.accounts, self.rows, self.feeds, self.tables, as_of, self.rejected
        )

    # Facts to values

    def coverage(self, table: Table, counting: set[str], as_of: date) -> Coverage | None:
        return feeds.coverage(self.feeds, table, self._rows_of(table, counting), as_of)

    def window_rows(self, measure: Measure, account_id: str, as_of: date) -> list[DatedRow]:
        """Select the rows of a measure's window, each with the date up to which its feed is
        read."""
        table = self.tables[measure.table]
        counting = self.accounts.counting(measure.scope, account_id)
        if measure.window.is_now:
            rows = in_force(table, self.dated(table, as_of))
            return [(row, on) for row, on in rows if row["account_id"] in counting]
        found = []
        for row, on in self.dated(table, as_of, counting):
            days = measure.window.days
            if measure.window.by_rhythm:
                rhythm = self._referenced(table, row, on, columns.RHYTHM)
                days = RHYTHM_DAYS.get(rhythm or "", measure.window.days or 0)
            # A rating or an answer wears off by the day of the score, however late its feed is.
            wears_off = table.expires and measure.take in WEARING_OFF
            end = as_of if wears_off else on
            if days is None or row["on"] >= end - timedelta(days=days):
                found.append((row, on))
        return found

    def dated(self, table: Table, as_of: date, counting: set[str] | None = None) -> list[DatedRow]:
        """Select the rows (of some accounts) before the date up to which their feed is read, with
        that date."""
        until = {
            feed.name: feeds.read_until(feed, table, as_of)
            for feed in self.feeds
            if table.name in feed.tables
        }
        return [
            (mask_future(table, row, on), on)
            for row in self._rows_of(table, counting)
            if (on := until.get(row["feed"])) and row["on"] < on
        ]

    def _rows_of(self, table: Table, counting: set[str] | None) -> list[Row]:
        """Select the rows of some accounts; all where none are given, and where they are the
        company's as a whole."""
        rows = self.rows[table.name]
        if counting is None or not table.per_account:
            return rows
        return [row for row in rows if row["account_id"] in counting]

    def joined(
        self, table: Table, names: Iterable[str], dated: Sequence[DatedRow]
    ) -> list[DatedRow]:
        """Add to rows the columns that are read of what they point to."""
        far = [name for name in names if "." in name]
        return [
            ({**row, **{name: self._referenced(table, row, on, name) for name in far}}, on)
            for row, on in dated
        ]

    def _referenced(self, table: Table, row: Row, on: date, name: str) -> Any:
        """Read a column of what a row points to: of the newest row about it before the date."""
        reference = columns.reference(table, name)
        assert reference, "a name with a point is read by a reference"
        about = [
            mask_future(reference.to, other, on)
            for other in self.rows[reference.to.name]
            if other.get(reference.key) is not None
            and other[reference.key] == row.get(reference.by)
            and (not reference.is_of_account or other["account_id"] == row["account_id"])
            and other["on"] < on
        ]
        newest = max(about, key=lambda other: (other["on"], other[reference.to.entity]), default={})
        return newest.get(name.split(".")[1])

    def value(self, measure: Measure, account_id: str, as_of: date) -> Value:
        """Give the value of a measure, compared with the account's own past where it asks
        for that."""

        def on(day: date) -> Value:
            read = self._read(measure, account_id, day)
            return rejected_rows.applied(self, read, measure, account_id, day)

        return past.compared(measure, as_of, on)

    def _read(self, measure: Measure, account_id: str, as_of: date) -> Value:
        table = self.tables[measure.table]
        coverage = self.coverage(table, self.accounts.counting(measure.scope, account_id), as_of)
        missing = self.gap(measure, coverage, account_id, as_of)
        target = None
        if isinstance(measure.scale, OwnTarget):
            cell = self.accounts.attribute(measure.scale.column, account_id, as_of)
            target = None if cell is None else float(cell)
        if missing or coverage is None:
            is_stale = bool(coverage and coverage.is_stale)
            return Value(missing=missing, is_stale=is_stale, target=target)
        found = self.window_rows(measure, account_id, as_of)
        found = self.joined(table, columns.read_by(measure), found)
        found = [(row, on) for row, on in found if holds(measure.where, row, on)]
        found = latest_of_each(measure, found)
        if measure.take == "days since" and not found:
            far = points.far_number(measure.scale, target)
            missing = self._too_early(coverage, account_id, far)
            age: int | None = None if missing else coverage.age_days
            return Value(
                missing=missing, target=target, is_stale=coverage.is_stale, data_age_days=age, never=not missing
            )  # fmt: skip
        empty = empty_cells.among(measure, table, found)
        if empty and empty.share >= empty_cells.MOST_EMPTY:
            return Value(
                missing="no_number", target=target, is_stale=coverage.is_stale, empty=empty
            )
        number, label = numbers.number(measure, found, coverage.until)
        if number is None and label is None:
            missing = numbers.reason_without(measure, found)
        is_stale = coverage.is_stale
        if measure.per and missing is None and number is not None:
            number, missing, is_its_feed_late = self._divide(measure, number, account_id, as_of)
            is_stale = is_stale or is_its_feed_late
        age = coverage.age_days
        if measure.take not in numbers.ZERO_WITHOUT_ROWS:
            days = [row["on"] for row, _ in numbers.used(measure, found)]
            age = (as_of - ONE_DAY - max(days)).days if days else None
        known = None if missing else empty
        return Value(
            number, label, missing, target, is_stale, None if missing else age, empty=known
        )

    def gap(
        self, measure: Measure, coverage: Coverage | None, account_id: str, as_of: date
    ) -> str | None:
        """Say why an account has no value whatever its rows say: not covered, or too young."""
        if coverage is None or coverage.has_no_days:
            return "not_covered"
        started = self.accounts.started(account_id)
        if started and started >= coverage.until:
            return "not_covered"  # it began after the last day that the feed delivered
        if coverage.has_stopped:
            return "feed_stopped"
        latest_start = coverage.until - timedelta(days=measure.least_tenure_days)
        if measure.take in numbers.ZERO_WITHOUT_ROWS and (
            self._never_filled(measure, as_of) or coverage.start > latest_start
        ):
            return "not_covered"
        if started and measure.least_tenure_days and started > latest_start:
            return "too_young"
        return None if self._can_be_met(measure, as_of) else "never_seen"

    def _can_be_met(self, measure: Measure, as_of: date) -> bool:
        """Say whether any row could pass the filter, by the words that rows of all accounts have had."""
        table = self.tables[measure.table]

        def has_had(name: str, text: str) -> bool:
            return words.has_own_list(table, name) or self._has_had(table, name, text, as_of)

        return all(
            True in words.outcomes(filter_, has_had) for filter_ in (measure.where, measure.part)
        )

    def _has_had(self, table: Table, name: str, text: str, as_of: date) -> bool:
        """Say whether a column has had a word before a date, or what it points to is called so."""
        reference = columns.reference(table, name)
        if reference:
            told = [(reference.to.name, words.far(name))]
        else:
            if any(row.get(name) == text for row, _ in self.dated(table, as_of)):
                return True
            told = [(each.to.name, each.key) for each in words.pointing(table, name)]
        return any(
            row.get(column) == text and row["on"] < as_of
            for target, column in told
            for row in self.rows[target]
        )

    def _too_early(self, coverage: Coverage, account_id: str, far: float) -> str | None:
        """Say why it cannot be said yet that something never happened."""
        started = self.accounts.started(account_id)
        if (coverage.until - coverage.start).days < far:
            return "not_covered"
        return "too_young" if started and (coverage.until - started).days < far else None

    def _never_filled(self, measure: Measure, as_of: date) -> bool:
        """Say whether no row of any account has ever filled a column that the measure needs."""
        # Of all accounts: a feed that has filled a column for anybody is believed to fill it.
        rows = [row for row, _ in self.dated(self.tables[measure.table], as_of)]
        return any(
            self._is_empty(measure, rows, name, as_of) for name in columns.needed_by(measure)
        )

    def _is_empty(self, measure: Measure, rows: list[Row], name: str, as_of: date) -> bool:
        """Say whether a column is empty in all rows, or in all those before the date that they can
        point to."""
        reference = columns.reference(self.tables[measure.table], name)
        if reference is None:
            return bool(rows) and all(row.get(name) is None for row in rows)
        there = [row for row in self.rows[reference.to.name] if row["on"] < as_of]
        is_unsaid = all(row.get(name.split(".")[1]) is None for row in there)
        return is_unsaid or (bool(rows) and all(row.get(reference.by) is None for row in rows))

    def _divide(
        self, measure: Measure, number: float, account_id: str, as_of: date
    ) -> tuple[float | None, str | None, bool]:
        """Divide a number; gives the result, or why there is none, and whether the divisor's feed
        is behind."""
        assert measure.per, "the measure is divided by something"
        table = self.tables[denominator.TABLES[measure.per.kind]]
        counting = self.accounts.counting(measure.scope, account_id)
        coverage = self.coverage(table, counting, as_of)
        if coverage is None or coverage.has_no_days:
            return None, "not_covered", False
        if coverage.has_stopped:
            return None, "feed_stopped", True
        dated = self.dated(table, as_of, counting)
        dated = self.joined(table, columns.of_condition(measure.per.where), dated)
        whole = denominator.denominator(measure, table, dated)
        if whole is None:
            return None, "undefined", coverage.is_stale
        return number / whole, None, coverage.is_stale

    def carried(self, leaf: Leaf, account_id: str, as_of: date) -> Value:
        """Give the value; under the policy `carry`, the first one found going back week by week."""
        now = self.value(leaf.measure, account_id, as_of)
        if now.missing is None or leaf.policy != "carry":
            return now
        if now.missing == "feed_stopped":
            return now  # its latest values have counted for as long as they may
        started = self.accounts.started(account_id)
        for days in range(WEEK, leaf.carry_days + 1, WEEK):
            earlier = as_of - timedelta(days=days)
            if started and started >= earlier:
                break  # the account did not exist yet
            then = self.value(leaf.measure, account_id, earlier)
            if then.missing is None:
                age = None if then.data_age_days is None else then.data_age_days + days
                return replace(then, target=now.target, data_age_days=age, carried_days=days)
        return now
