"""This file stages an import: it reads every file of a mapping into typed rows, accepted or rejected."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from keepwell.facts import atomic_files
from keepwell.facts.duckdb_session import quoted
from keepwell.facts.mapping.mapping import Mapping
from keepwell.facts.readers import folder
from keepwell.facts.staging import money, progress, rejected_rows, staged_file
from keepwell.facts.staging.binding import Binder, BoundFile
from keepwell.facts.staging.fields import Field, lookup_name, values_name
from keepwell.facts.staging.money import Rate
from keepwell.facts.staging.staged import FeedDeclared, SourceCount, Stage, StagedTable
from keepwell.facts.staging.staged_file import StagedFile
from keepwell.facts.staging.statement import Statement
from keepwell.facts.staging.types import Clock

Progress = Callable[[str, float], None]  # the file, and how much of the import is done, 0..1


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

    `known_accounts` and `known_rates` are those of earlier imports. `zone` and `currency` are the workspace's, `at` is when
    the import runs.
    """
    assert at.tzinfo, "without a zone, the time of the import has no day"
    with tempfile.TemporaryDirectory(dir=_scratch(con)) as scratch:
        bound = Binder(con, mapping, folder.list_files(paths), Path(scratch)).bind()
        clock, today = Clock(zone, mapping.zone or zone), at.astimezone(ZoneInfo(zone)).date()
        work = _Staging(con, Path(scratch), mapping, clock, currency, today)
        work.create_tables(known_accounts, known_rates)
        return work.stage(bound, progress)


def _scratch(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the folder to which DuckDB spills, if any: a sandboxed connection can read nowhere else."""
    temp = con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
    if not temp or not Path(temp).is_absolute():
        return None
    Path(temp).mkdir(parents=True, exist_ok=True)
    return str(temp)


@dataclass
class _Staging:
    """One staging, with the files staged so far by table."""

    con: duckdb.DuckDBPyConnection
    scratch: Path
    mapping: Mapping
    clock: Clock
    currency: str
    today: date
    staged: dict[str, list[StagedFile]] = field(default_factory=dict)

    def create_tables(self, known_accounts: Iterable[str], known_rates: Iterable[Rate]) -> None:
        con = self.con
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            'CREATE OR REPLACE TEMP TABLE rejected (file VARCHAR, line BIGINT, "table" VARCHAR, field VARCHAR, reason VARCHAR, found VARCHAR, expected VARCHAR)'
        )
        rejected_rows.create(con)
        con.execute("CREATE OR REPLACE TEMP TABLE existing_accounts (account_id VARCHAR)")
        con.execute(
            "INSERT INTO existing_accounts SELECT DISTINCT unnest(?::VARCHAR[])",
            [list(known_accounts)],
        )
        con.execute("CREATE OR REPLACE TEMP TABLE known_accounts AS FROM existing_accounts")
        money.create_rates(con, known_rates)

    def stage(self, bound_files: Sequence[BoundFile], report: Progress | None) -> Stage:
        self.create_lookups(bound_files)
        counts: list[SourceCount] = []
        sizes = [bound.opened.file.path.stat().st_size + 1 for bound in bound_files]
        for place, bound in enumerate(bound_files):
            name = bound.source.table.name
            done, share = sum(sizes[:place]) / sum(sizes), sizes[place] / sum(sizes)
            with progress.reporting(self.con, report, bound.name, done, share):
                table = self.mapping.table(name)
                statement = Statement(bound, table, self.clock, self.currency, self.today)
                self.create_value_tables(statement.fields.values())
                file = staged_file.stage(self.con, statement, f"staged_{place + 1}", self.scratch)
                self.staged.setdefault(name, []).append(file)
                counts.append(staged_file.reject(self.con, file))
            # Once a table's last file is staged, the files after it can use its accounts and rates.
            if all(later.source.table.name != name for later in bound_files[place + 1 :]):
                self.create_view(name)
        if report and bound_files:
            report(bound_files[-1].name, 1.0)
        received: Counter[tuple[str, str]] = Counter()
        for bound, count in zip(bound_files, counts, strict=True):
            received[count.table, bound.source.feed.name] += count.received
        return Stage(self.tables(), self.feeds(), tuple(counts), received)

    def create_lookups(self, bound_files: Sequence[BoundFile]) -> None:
        """Read the files in which values are looked up, one row per key; `n` counts the different values of a key."""
        for bound in bound_files:
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

    def create_value_tables(self, fields: Iterable[Field]) -> None:
        """Put the long value maps of a file's fields into tables, to be joined with its rows."""
        for field_ in fields:
            if field_.has_value_table:
                keys, values = zip(*field_.rule.values, strict=True)
                self.con.execute(
                    f"CREATE OR REPLACE TEMP TABLE {values_name(field_.rule)} AS "
                    "SELECT unnest(?::VARCHAR[]) AS key, unnest(?::VARCHAR[]) AS becomes",
                    [list(keys), list(values)],
                )

    def create_view(self, table: str) -> None:
        """Create the view of a table's accepted rows, and add its accounts and rates to those that later files can use."""
        parts = [
            staged_file.accepted_rows(file, self.known_on(file)) for file in self.staged[table]
        ]
        self.con.execute(
            f"CREATE OR REPLACE TEMP VIEW {quoted(f'stage_{table}')} AS {' UNION ALL '.join(parts)}"
        )
        if table == "accounts":
            self.con.execute(
                "CREATE OR REPLACE TEMP TABLE known_accounts AS SELECT account_id FROM existing_accounts UNION SELECT account_id FROM stage_accounts"
            )
        if table == "rates":
            self.con.execute(
                "INSERT INTO known_rates SELECT from_on, upper(currency), rate FROM stage_rates"
            )

    def known_on(self, file: StagedFile) -> str:
        """Write the SQL of the day on which a row was known: that of its import, or for bulk history its own plus the feed's lag."""
        lag = self.mapping.feeds[file.statement.bound.source.feed.name].lag_days
        today = f"DATE '{self.today}'"
        return today if lag is None else f'CAST(least("on" + {lag}, {today}) AS DATE)'

    def tables(self) -> tuple[StagedTable, ...]:
        found = []
        for name, files in self.staged.items():
            sources = [file.statement.bound.source for file in files]
            rows_by_file: Counter[str] = Counter()
            for file in files:
                rows_by_file[file.file] += file.accepted
            # A column that is the same in one file need not be the same in all of them.
            values = [staged_file.values(file, self.known_on(file)) for file in files]
            staged = StagedTable(
                files[0].statement.table,
                f"stage_{name}",
                dated=all(source.is_dated for source in sources),
                rows_by_file=rows_by_file,
                feeds=frozenset(
                    source.feed.name
                    for source, file in zip(sources, files, strict=True)
                    if file.accepted
                ),
                backdated=any(source.backdate for source in sources),
                constants=staged_file.constants(values),
            )
            found.append(staged)
        return tuple(found)

    def feeds(self) -> tuple[FeedDeclared, ...]:
        found = []
        for feed in self.mapping.feeds.values():
            filled = [
                each.table.name for each in self.mapping.sources if each.feed.name == feed.name
            ]
            declared = FeedDeclared(
                feed.name,
                tuple(dict.fromkeys(filled)),
                feed.covers,
                feed.since,
                feed.expected_every_days,
                feed.lag_days,
                through=self.today - timedelta(days=1) if feed.through_load else feed.through,
                stale_for_days=feed.stale_for_days,
                content=self.content_of(feed.name),
            )
            found.append(declared)
        return tuple(found)

    def content_of(self, feed: str) -> str:
        """Fingerprint the files that a feed has delivered: the same files again are no news of it."""
        own = {
            file.statement.bound.opened.file.path
            for files in self.staged.values()
            for file in files
            if file.statement.bound.source.feed.name == feed
        }
        digests = sorted(atomic_files.digest(path) for path in own)
        return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""
