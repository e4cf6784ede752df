"""This file stages an import: every file of a mapping is read, typed and sorted into accepted and rejected rows."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from keepwell.facts.duckdb_session import quoted
from keepwell.facts.mapping.mapping import Feed, Mapping
from keepwell.facts.readers import folder
from keepwell.facts.staging import loading, money
from keepwell.facts.staging.binding import Binder, Bound
from keepwell.facts.staging.loading import Loaded
from keepwell.facts.staging.money import Rate
from keepwell.facts.staging.progress import watched
from keepwell.facts.staging.stage import FeedDeclared, SourceCount, Stage, StagedTable
from keepwell.facts.staging.statement import Statement, lookup_name
from keepwell.facts.staging.types import Clock

Progress = Callable[[str, float], None]  # the file, and how much of the whole import is done, 0..1


def stage(
    con: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    paths: Path | Sequence[Path],
    *,
    known_accounts: Iterable[str],
    zone: str,
    currency: str,
    at: datetime,
    progress: Progress | None = None,
    known_rates: Iterable[Rate] = (),
) -> Stage:
    """Stage the files that a mapping names, from a folder or from files given one by one; raises `Unreadable`.

    `known_accounts` are those landed before, `known_rates` likewise. `zone` and `currency` are the
    workspace's, `at` is the moment of the import.
    """
    assert at.tzinfo, "a moment of import without a zone has no day"
    with tempfile.TemporaryDirectory(dir=_scratch(con)) as scratch:
        bounds = Binder(con, mapping, folder.listed(paths), Path(scratch)).bound()
        work = _Work(
            con,
            Path(scratch),
            mapping,
            Clock(zone, mapping.zone or zone),
            currency,
            at.astimezone(ZoneInfo(zone)).date(),
        )
        work.begin(known_accounts, known_rates)
        return work.stage(bounds, progress)


def _scratch(con: duckdb.DuckDBPyConnection) -> str | None:
    """The folder in which DuckDB may write, where one is set: a guarded connection reads from nowhere else."""
    folder_ = con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
    if not folder_ or not Path(folder_).is_absolute():
        return None
    Path(folder_).mkdir(parents=True, exist_ok=True)
    return str(folder_)


class _Work:
    """The state of one staging: the tables loaded so far, in the order in which others need them."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        scratch: Path,
        mapping: Mapping,
        clock: Clock,
        currency: str,
        today: date,
    ) -> None:
        self.con, self.scratch, self.mapping, self.clock, self.currency, self.today = (
            con,
            scratch,
            mapping,
            clock,
            currency,
            today,
        )
        self.feeds = mapping.feeds
        self.loaded: dict[str, list[Loaded]] = {}

    def begin(self, known_accounts: Iterable[str], known_rates: Iterable[Rate]) -> None:
        con = self.con
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            'CREATE OR REPLACE TEMP TABLE rejected (file VARCHAR, line BIGINT, "table" VARCHAR, field VARCHAR, reason VARCHAR, found VARCHAR, expected VARCHAR)'
        )
        con.execute("CREATE OR REPLACE TEMP TABLE known_before (account_id VARCHAR)")
        con.execute(
            "INSERT INTO known_before SELECT DISTINCT unnest(?::VARCHAR[])", [list(known_accounts)]
        )
        con.execute("CREATE OR REPLACE TEMP TABLE known_accounts AS FROM known_before")
        money.begin(con, known_rates)

    def stage(self, bounds: Sequence[Bound], progress: Progress | None) -> Stage:
        self.lookups(bounds)
        counts: list[SourceCount] = []
        numbers = count(1)
        sizes = [bound.opened.file.path.stat().st_size + 1 for bound in bounds]
        for place, bound in enumerate(bounds):
            done, share = sum(sizes[:place]) / sum(sizes), sizes[place] / sum(sizes)
            with watched(self.con, progress, bound.name, done, share):
                counts.append(self.load(bound, f"staged_{next(numbers)}"))
            is_complete = all(
                later.source.table.name != bound.source.table.name for later in bounds[place + 1 :]
            )
            if is_complete:
                self.publish(bound.source.table.name)
        if progress and bounds:
            progress(bounds[-1].name, 1.0)
        return Stage(self.tables(), self.declared(), tuple(counts))

    def lookups(self, bounds: Sequence[Bound]) -> None:
        """Load what values are looked up in, one row a key; `n` tells how many different answers there were."""
        for bound in bounds:
            for rule in bound.source.rules:
                if lookup := rule.lookup:
                    opened = bound.lookups[lookup]
                    key, take = (
                        f"trim(CAST({opened.columns[name]} AS VARCHAR))"
                        for name in (lookup.match, lookup.take)
                    )
                    picked = f"max({take})" if lookup.pick == "highest" else f"min({take})"
                    self.con.execute(
                        f"CREATE OR REPLACE TEMP TABLE {lookup_name(rule)} AS SELECT {key} AS key, {picked} AS take, "
                        f"{'1' if lookup.pick else f'count(DISTINCT {take})'} AS n FROM {opened.relation} WHERE {key} <> '' GROUP BY 1"
                    )

    def load(self, bound: Bound, name: str) -> SourceCount:
        table = self.mapping.table(bound.source.table.name)
        loaded = loading.load(
            self.con,
            Statement(bound, table, self.clock, self.currency, self.today),
            name,
            self.scratch,
        )
        self.loaded.setdefault(table.name, []).append(loaded)
        return loading.reject(self.con, loaded)

    def publish(self, table: str) -> None:
        """Make the accepted rows of a table visible, to those who come after and to landing."""
        parts = [loading.accepted(loaded, self.known_on(loaded)) for loaded in self.loaded[table]]
        self.con.execute(
            f"CREATE OR REPLACE TEMP VIEW {quoted(f'stage_{table}')} AS {' UNION ALL '.join(parts)}"
        )
        if table == "accounts":
            self.con.execute(
                "CREATE OR REPLACE TEMP TABLE known_accounts AS SELECT account_id FROM known_before UNION SELECT account_id FROM stage_accounts"
            )
        if table == "rates":
            self.con.execute(
                "INSERT INTO known_rates SELECT from_on, upper(currency), rate FROM stage_rates"
            )

    def known_on(self, loaded: Loaded) -> str:
        """The day on which a fact was known: that of its load; in bulk history its own plus the feed's lag."""
        lag = self.feeds[loaded.statement.bound.source.feed.name].lag_days
        today = f"DATE '{self.today}'"
        return today if lag is None else f'CAST(least("on" + {lag}, {today}) AS DATE)'

    def tables(self) -> tuple[StagedTable, ...]:
        found = []
        for name, loaded in self.loaded.items():
            sources = [one.statement.bound.source for one in loaded]
            rows_by_file: Counter[str] = Counter()
            for one in loaded:
                rows_by_file[one.file] += one.accepted
            found.append(
                StagedTable(
                    loaded[0].statement.table,
                    f"stage_{name}",
                    all(source.is_dated for source in sources),
                    rows_by_file,
                    frozenset(
                        one.statement.bound.source.feed.name for one in loaded if one.accepted
                    ),
                    any(source.backdate for source in sources),
                    loading.constants([loading.values(one, self.known_on(one)) for one in loaded]),
                )
            )
        return tuple(found)

    def declared(self) -> tuple[FeedDeclared, ...]:
        return tuple(self.feed(feed) for feed in self.feeds.values())

    def feed(self, feed: Feed) -> FeedDeclared:
        tables = dict.fromkeys(
            source.table.name for source in self.mapping.sources if source.feed.name == feed.name
        )
        through = self.today - timedelta(days=1) if feed.through_load else feed.through
        return FeedDeclared(
            feed.name,
            tuple(tables),
            feed.covers,
            feed.since,
            feed.expected_every_days,
            feed.lag_days,
            through,
        )
