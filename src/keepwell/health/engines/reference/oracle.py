"""This file turns facts, held as rows, into values and scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from keepwell.health.definition import segment
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import REVENUE
from keepwell.health.definition.scale import Baseline, OwnTarget, Peers
from keepwell.health.definition.scorecard import CARRY_STEP_DAYS, Definition, Leaf, walk
from keepwell.health.definition.segment import Variant
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import RHYTHM, RHYTHM_DAYS
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.engines.reference import denominator, numbers, parents
from keepwell.health.engines.reference.accounts import Accounts
from keepwell.health.engines.reference.cells import Row
from keepwell.health.engines.reference.result import Result
from keepwell.health.engines.reference.rows import (
    ONE_DAY,
    holding,
    holds,
    known,
    latest_of_each,
    live,
)
from keepwell.health.engines.reference.scores import Value, score_values


@dataclass(frozen=True)
class Cover:
    """What is known of one account in one table: since when, up to which date, whether behind."""

    start: date
    reads_on: date
    is_stale: bool
    age_days: int


class Oracle:
    """Scores facts held as rows (mappings of column to value) of each table."""

    def __init__(
        self,
        tables: Mapping[str, Table],
        rows: Mapping[str, Sequence[Row]],
        feeds: Sequence[Feed],
        through_batch: int | None = None,
    ) -> None:
        self.tables, self.feeds = tables, feeds
        self.rows = {name: live(tables[name], rows.get(name, ()), through_batch) for name in tables}
        self.accounts = Accounts(self.rows["accounts"])

    def score(
        self, definition: Definition, as_of: date, before: Mapping[str, str] | None = None
    ) -> Result:
        self.accounts.stand(as_of)
        theirs = {
            account: self._variant(definition, account, as_of)
            for account in self.accounts.population(as_of)
        }
        values = {
            account: self._values(each.definition, account, as_of)
            for account, each in theirs.items()
        }
        scored: dict[str, tuple[Score, list[Line]]] = {}
        peers: dict[str, dict[str, Sequence[float]]] = {}
        for account, each in theirs.items():
            placed = {
                path: self._placed(leaf, account, values[account][path], list(theirs), as_of)
                for path, leaf in walk(each.definition.root)
                if isinstance(leaf, Leaf)
            }
            for path, value in placed.items():
                if value.peer_group is not None:
                    peers.setdefault(path, {})[value.peer_group] = value.peers
            had = (before or {}).get(account)
            score, lines = score_values(each.definition, account, as_of, placed, had)
            scored[account] = (replace(score, segment=each.segment, segment_why=each.why), lines)
        if definition.parents:
            self._score_parents(definition, scored, as_of, before or {})
        scores, lines = (
            [score for score, _ in scored.values()],
            [line for _, own in scored.values() for line in own],
        )
        return Result(as_of, scores, lines, peers)

    def _score_parents(
        self,
        definition: Definition,
        scored: dict[str, tuple[Score, list[Line]]],
        as_of: date,
        before: Mapping[str, str],
    ) -> None:
        """Put the scores of parents in place of their own, from the bottom of the tree up."""
        for account, children in parents.order(
            self.accounts.above, {name: score for name, (score, _) in scored.items()}
        ):
            revenue = {child: self.value(REVENUE, child, as_of).number for child in children}
            below = [scored[child][0] for child in children]
            scored[account] = parents.score(
                definition, scored[account], below, revenue, before.get(account)
            )

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[Result]:
        bands = before or {}
        for as_of in dates:
            result = self.score(definition, as_of, bands)
            bands = result.bands
            yield result

    def _variant(self, definition: Definition, account_id: str, as_of: date) -> Variant:
        """The card of an account: the first segment whose condition its current row passes, and its own exemption."""
        row = self.accounts.current(account_id, as_of)
        found = next(
            (each for each in definition.segments if row and holds(each.when, row, as_of)), None
        )
        own = next((each for each in definition.exemptions if each.account_id == account_id), None)
        return segment.variant(definition, found, own)

    def _values(self, definition: Definition, account_id: str, as_of: date) -> dict[str, Value]:
        leaves = [(path, leaf) for path, leaf in walk(definition.root) if isinstance(leaf, Leaf)]
        return {path: self.carried(leaf, account_id, as_of) for path, leaf in leaves}

    def _placed(
        self, leaf: Leaf, account_id: str, value: Value, accounts: list[str], as_of: date
    ) -> Value:
        """Give a value that is judged among peers the known values of all of them; without a group there are none."""
        scale = leaf.measure.scale
        if not isinstance(scale, Peers):
            return value
        groups = {
            other: scale.group(self.accounts.attribute(scale.column, other, as_of))
            for other in accounts
        }
        same = [
            other
            for other, group in groups.items()
            if group is not None and group == groups[account_id]
        ]
        known = [
            number
            for other in same
            if (number := self.carried(leaf, other, as_of).number) is not None
        ]
        return replace(value, peers=tuple(sorted(known)), peer_group=groups[account_id])

    # Facts to values

    def cover(self, table: Table, counting: set[str], as_of: date) -> Cover | None:
        found: list[tuple[date, date, int]] = []
        for feed in self.feeds:
            reads_on = feed.reads_on(as_of, table.time) if table.name in feed.tables else None
            if reads_on is None:
                continue
            start = feed.starts_on(table.time)
            if start is None or feed.covers == "named":
                own = [
                    row["on"] for row in self._rows_of(table, counting) if row["feed"] == feed.name
                ]
                start = min((on for on in own if on < reads_on), default=None)
            if start is not None:
                watermark = feed.watermark(as_of, table.time)
                assert watermark is not None, "a feed with a reading date has a watermark"
                found.append((start, reads_on, (as_of - ONE_DAY - watermark).days))
        if not found:
            return None
        return Cover(
            start=min(start for start, _, _ in found),
            reads_on=max(reads_on for _, reads_on, _ in found),
            is_stale=any(reads_on < as_of for _, reads_on, _ in found),
            age_days=min(age for _, _, age in found),
        )

    def window_rows(self, measure: Measure, account_id: str, as_of: date) -> list[tuple[Row, date]]:
        """The rows of a measure's window, each with the date up to which its feed is read."""
        table, counting = (
            self.tables[measure.table],
            self.accounts.counting(measure.scope, account_id),
        )
        if measure.window.is_now:
            return [
                (row, on)
                for row, on in holding(table, self.reading(table, as_of))
                if row["account_id"] in counting
            ]
        first = measure.window.first
        reading = self.reading(table, as_of, counting)
        if measure.window.by_rhythm:
            return [
                (row, on)
                for row, on in reading
                if row["on"] >= on - timedelta(days=self._lasting(measure, row, on))
            ]
        return [(row, on) for row, on in reading if not (begin := first(on)) or row["on"] >= begin]

    def _lasting(self, measure: Measure, row: Row, on: date) -> int:
        """For how many days a use counts: by the rhythm of its feature."""
        rhythm = self._pointed(self.tables[measure.table], row, on, RHYTHM)
        return RHYTHM_DAYS.get(rhythm or "", measure.window.days or 0)

    def reading(
        self, table: Table, as_of: date, counting: set[str] | None = None
    ) -> list[tuple[Row, date]]:
        """The rows (of some accounts) before the date up to which their feed is read, with that date."""
        reads = {
            feed.name: feed.reads_on(as_of, table.time)
            for feed in self.feeds
            if table.name in feed.tables
        }
        rows = self._rows_of(table, counting)
        return [
            (known(table, row, on), on)
            for row in rows
            if (on := reads.get(row["feed"])) and row["on"] < on
        ]

    def _rows_of(self, table: Table, counting: set[str] | None) -> list[Row]:
        """The rows of some accounts; all where none are asked for, and where they are the company's as a whole."""
        is_all = counting is None or not table.per_account
        return [
            row for row in self.rows[table.name] if is_all or row["account_id"] in (counting or ())
        ]

    def pointing(
        self, table: Table, read: Iterable[str], pairs: list[tuple[Row, date]]
    ) -> list[tuple[Row, date]]:
        """Give rows the columns that are read of what they point to: of the newest row about it before the date."""
        names = [name for name in read if "." in name]
        return [
            ({**row, **{name: self._pointed(table, row, on, name) for name in names}}, on)
            for row, on in pairs
        ]

    def _pointed(self, table: Table, row: Row, on: date, name: str) -> Any:
        reference = table.reference(name)
        assert reference, "a name with a point is read by a reference"
        about = [
            known(reference.to, other, on)
            for other in self.rows[reference.to.name]
            if other.get(reference.key) is not None
            and other[reference.key] == row.get(reference.by)
            and (not reference.is_of_account or other["account_id"] == row["account_id"])
            and other["on"] < on
        ]
        newest = max(about, key=lambda other: (other["on"], other[reference.to.entity]), default={})
        return newest.get(name.partition(".")[2])

    def value(self, measure: Measure, account_id: str, as_of: date) -> Value:
        """The value of a measure, beside the account's own past where it asks for that."""
        now = self._plain(measure, account_id, as_of)
        size = measure.window.days or 1
        if isinstance(measure.scale, Baseline):
            steps = range(size, measure.scale.days + 1, size)
            earlier = [
                self._plain(measure, account_id, as_of - timedelta(days=days)) for days in steps
            ]
            known = [then.number for then in earlier if then.number is not None]
            usual = sum(known) / len(known) if known and len(known) * 2 >= len(earlier) else None
            return replace(now, target=usual)
        if not measure.is_growth or now.missing:
            return now
        before = self._plain(measure, account_id, as_of - timedelta(days=size))
        if before.missing or not before.number:
            return replace(
                now, number=None, missing=before.missing or "undefined", data_age_days=None
            )
        assert now.number is not None, "a value that is not missing has a number"
        return replace(now, number=(now.number - before.number) / before.number)

    def _plain(self, measure: Measure, account_id: str, as_of: date) -> Value:
        table = self.tables[measure.table]
        cover = self.cover(table, self.accounts.counting(measure.scope, account_id), as_of)
        missing = self._gap(measure, cover, account_id, as_of)
        target = self._target(measure, account_id, as_of)
        if missing or cover is None:
            return Value(missing=missing, is_stale=bool(cover and cover.is_stale), target=target)
        found = self.pointing(table, measure.reads, self.window_rows(measure, account_id, as_of))
        pairs = latest_of_each(
            measure, [(row, on) for row, on in found if holds(measure.where, row, on)]
        )
        begin = max(cover.start, self.accounts.started(account_id) or cover.start)
        number, label = numbers.number(measure, pairs, begin, cover.reads_on)
        missing = (
            None if number is not None or label is not None else numbers.nothing(measure, pairs)
        )
        is_stale = cover.is_stale
        if measure.per and missing is None and number is not None:
            number, missing, denominator_stale = self._per(measure, number, account_id, as_of)
            is_stale = is_stale or denominator_stale
        used = [row["on"] for row, _ in numbers.used(measure, pairs)]
        age = (
            cover.age_days
            if measure.silence_counts
            else (as_of - ONE_DAY - max(used)).days
            if used
            else None
        )
        return Value(number, label, missing, target, is_stale, None if missing else age)

    def _gap(
        self, measure: Measure, cover: Cover | None, account_id: str, as_of: date
    ) -> str | None:
        """Why an account has no value whatever its rows say: not covered, or too young."""
        if cover is None or cover.start >= cover.reads_on:
            return "not_covered"
        started = self.accounts.started(account_id)
        if started and started >= cover.reads_on:
            return "not_covered"  # it began after the last day that the feed reached
        if measure.silence_counts and self._never_filled(measure, as_of):
            return "not_covered"
        latest_start = cover.reads_on - timedelta(days=measure.least_tenure_days)
        if measure.silence_counts and cover.start > latest_start:
            return "not_covered"
        return (
            "too_young"
            if started and measure.least_tenure_days and started > latest_start
            else None
        )

    def _never_filled(self, measure: Measure, as_of: date) -> bool:
        """Whether no row, of whomever, has ever filled a column that the measure needs."""
        rows = [row for row, _ in self.reading(self.tables[measure.table], as_of)]
        return any(self._is_empty(measure, rows, name, as_of) for name in measure.needs)

    def _is_empty(self, measure: Measure, rows: list[Row], name: str, as_of: date) -> bool:
        """Whether nothing was ever said of it: in the rows, or in those that they point to before the date."""
        table = self.tables[measure.table]
        reference = table.reference(name)
        if reference is None:
            return bool(rows) and all(row.get(name) is None for row in rows)
        there = [row for row in self.rows[reference.to.name] if row["on"] < as_of]
        is_silent = all(row.get(name.partition(".")[2]) is None for row in there)
        return is_silent or (bool(rows) and all(row.get(reference.by) is None for row in rows))

    def _per(
        self, measure: Measure, number: float, account_id: str, as_of: date
    ) -> tuple[float | None, str | None, bool]:
        assert measure.per, "only what is divided has something to be divided by"
        table, counting = (
            self.tables[measure.per.table],
            self.accounts.counting(measure.scope, account_id),
        )
        cover = self.cover(table, counting, as_of)
        if cover is None or cover.start >= cover.reads_on:
            return None, "not_covered", False
        reading = self.pointing(table, measure.per.asks, self.reading(table, as_of, counting))
        whole = denominator.whole(measure, table, reading)
        return (
            (number / whole, None, cover.is_stale) if whole else (None, "undefined", cover.is_stale)
        )

    def _target(self, measure: Measure, account_id: str, as_of: date) -> float | None:
        if not isinstance(measure.scale, OwnTarget):
            return None
        target = self.accounts.attribute(measure.scale.column, account_id, as_of)
        return None if target is None else float(target)

    def carried(self, leaf: Leaf, account_id: str, as_of: date) -> Value:
        """The value, or under the policy `carry` the first one found going back in steps of 7 days."""
        now = self.value(leaf.measure, account_id, as_of)
        if now.missing is None or leaf.policy != "carry":
            return now
        started = self.accounts.started(account_id)
        for days in range(CARRY_STEP_DAYS, leaf.carry_days + 1, CARRY_STEP_DAYS):
            earlier = as_of - timedelta(days=days)
            if started and started >= earlier:
                break
            then = self.value(leaf.measure, account_id, earlier)
            if then.missing is None:
                age = None if then.data_age_days is None else then.data_age_days + days
                return Value(then.number, then.label, None, now.target, then.is_stale, age, days)
        return now
