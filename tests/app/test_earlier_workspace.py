"""This file holds that a workspace made by an earlier Keepwell opens after one migration, checked before anything is rewritten.

`earlier_workspace` is what Keepwell 0.1.0 left behind at commit 2d3e566: two imports (the second corrects a row of the
first), one card, scores of two dates, an override. Its database is written out as SQL, its facts lie in `segments`.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from keepwell.app import actions, databases, queries
from keepwell.app import installation as installations_of
from keepwell.app.actions import migrations
from keepwell.app.databases import EARLIER_LABEL
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.errors import IntegrityError
from tests import installations
from tests.cast import ANA, VIEWER
from tests.conftest import WORKER, at_server
from tests.installations import AT, BY

EARLIER = Path(__file__).parent / "earlier_workspace"
DATES = (date(2026, 11, 22), date(2026, 11, 29))
LATER = datetime(2026, 11, 30, 12, tzinfo=UTC)
Expected = dict[tuple[date, str], tuple[str, ...]]
COMPARED = ("score", "computed_score", "band", "meaning", "override", "coverage", "freshness_days", "status", "trend")  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the earlier workspace, built as a process does that starts, and not migrated yet."""
    folder = tmp_path / "harbour"
    shutil.copytree(EARLIER, folder, ignore=shutil.ignore_patterns("keepwell.sql", "scores.csv"))
    (folder / "data").mkdir()
    (folder / "segments").rename(folder / "data" / "segments")
    with sqlite3.connect(folder / "data" / "keepwell.db") as database:
        database.executescript((EARLIER / "keepwell.sql").read_text(encoding="utf-8"))
    database.close()
    url = ""
    if request.param == "postgresql":
        url = at_server(request.getfixturevalue("server"), f"earlier_{WORKER}")
        with psycopg.connect(request.getfixturevalue("server"), autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS earlier_{WORKER} WITH (FORCE)")
            server.execute(f"CREATE DATABASE earlier_{WORKER}")
    installations.leave()
    built = installations_of.build(folder, database_url=url)
    if url:
        copy_to_server(folder / "data" / "keepwell.db")
    yield built
    installations.leave()


def copy_to_server(file: Path) -> None:
    """Make the tables as they were after migration 0002, under the earlier names, and copy all rows."""
    MigrationExecutor(connection).migrate([("keepwell", "0002_dates_and_overrides")])
    migrations._rename_tables("keepwell", EARLIER_LABEL)
    with (
        closing(sqlite3.connect(file)) as database,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE django_migrations SET app = %s", [EARLIER_LABEL])
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(f"{EARLIER_LABEL}_"):
                continue
            rows = database.execute(f'SELECT * FROM "{table}"')
            names = [name for name, *_ in rows.description]
            # As text of no type, which the server reads as its column's type whatever that is.
            values = [[None if value is None else str(value) for value in row] for row in rows]
            quoted = ", ".join(map(connection.ops.quote_name, names))
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})', values)
            if "id" in names:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM \"{table}\"))"
                )


def migrated(earlier: Installation) -> migrations.Migrated:
    return migrations.run(installation=earlier, by=BY, at=AT)


def expected() -> Expected:
    with (EARLIER / "scores.csv").open(encoding="utf-8") as file:
        return {
            (date.fromisoformat(row["as_of"]), row["account_id"]): tuple(
                row[name] for name in COMPARED
            )
            for row in csv.DictReader(file)
        }


def read() -> Expected:
    """All scores of both dates, as they were written into scores.csv."""
    found = {}
    for as_of in DATES:
        run = queries.runs.latest(VIEWER, as_of=as_of)
        assert run
        for row in queries.scores.rows(VIEWER, run.run_id):
            values = (getattr(row, name) for name in COMPARED)
            found[as_of, row.account_id] = tuple("" if v is None else str(v) for v in values)
    return found


def test_it_opens_after_one_migration_and_scores_are_as_before(earlier: Installation) -> None:
    assert databases.state().kind == "behind"
    with pytest.raises(databases.NotMigrated):
        databases.require_current()
    done = migrated(earlier)
    databases.require_current()
    assert done.applied
    assert migrated(earlier) == migrations.Migrated((), None)
    assert read() == expected()
    assert len(expected()) == 2 * 24
    assert [load.accepted for load in queries.loads.history(VIEWER)] == [5, 199]
    assert [override.account_id for override in queries.overrides.history(VIEWER)] == ["A-07"]


def test_its_runs_come_out_the_same_but_for_the_age_of_their_data(
    earlier: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are of an older meaning, and not compared; but its card has nothing that means something else now."""
    migrated(earlier)
    for as_of in DATES:
        run = queries.runs.latest(VIEWER, as_of=as_of)
        assert run
        with pytest.raises(actions.replays.OtherMeaning):
            actions.replays.replay(installation=earlier, by=ANA, run_id=run.run_id)
    monkeypatch.setattr(actions.replays, "MEANING", 1)
    for as_of in DATES:
        run = queries.runs.latest(VIEWER, as_of=as_of)
        assert run
        found = actions.replays.replay(installation=earlier, by=ANA, run_id=run.run_id)
        assert (found.scores, found.peers) == (24, 1)
        assert found.lines > 24 * 4
        # Tickets are now as old as their newest delivery, and so is the score's data; nothing else.
        told = {each.what for each in found.differences}
        assert told <= {"data_age_days", "freshness_days"}, found.differences


def test_a_later_migration_under_the_earlier_name_is_refused(earlier: Installation) -> None:
    MigrationRecorder(connection).record_applied(EARLIER_LABEL, "9999_later")
    with pytest.raises(databases.Newer, match="9999_later"):
        migrated(earlier)


def test_its_result_files_have_no_never_and_are_read_without(earlier: Installation) -> None:
    migrated(earlier)
    run = queries.runs.latest(VIEWER, as_of=DATES[1])
    assert run
    files = DataFile.objects.filter(kind=DataFile.Kind.RESULTS)
    names = {name for file in files for name in pq.read_schema(earlier.data / file.path).names}
    assert "value" in names
    assert "never" not in names
    lines = queries.evidence.lines(VIEWER, earlier, run)
    assert {line.never for line in lines} == {False}
    exported = queries.evidence.measures(VIEWER, earlier, run)
    assert exported["never"].to_pylist() == [False] * exported.num_rows


def test_work_goes_on_where_it_was_left(earlier: Installation) -> None:
    migrated(earlier)
    text = earlier.mapping.read_text(encoding="utf-8")
    earlier.mapping.write_text(text.replace("rhythm:", "expected_every:"), encoding="utf-8")
    exports = earlier.folder / "exports"
    again = actions.imports.run(installation=earlier, paths=exports, by=ANA, at=LATER)
    assert (again.accepted, again.repeated) == (0, again.received)
    with (exports / "usage-2.csv").open("a", encoding="utf-8") as file:
        file.write("v5,A-04,2026-11-28T12:00:00,mia,share\n")
    more = actions.imports.run(installation=earlier, paths=exports, by=ANA, at=LATER)
    assert (more.accepted, more.repeated) == (1, again.received)
    run = actions.scores.run(installation=earlier, as_of=DATES[1], by=ANA, at=LATER)
    points = {row.account_id: row.score for row in queries.scores.rows(VIEWER, run.run_id)}
    before = {
        account: values[0] for (as_of, account), values in expected().items() if as_of == DATES[1]
    }
    assert len(points) == 24
    assert points["A-04"] != float(before["A-04"])
    assert points["A-24"] == float(before["A-24"])


@pytest.mark.parametrize(
    ("earlier", "damage", "told"),
    [
        ("postgresql", "UPDATE records_score SET score = score + 1e-9 WHERE id = 30", "scores of run"),
        ("sqlite", "UPDATE records_score SET score = score + 1e-9 WHERE id = 30", "scores of run"),
        ("sqlite", "UPDATE records_score SET band = 'Greem' WHERE id = 15", "scores of run"),
        ("sqlite", "DELETE FROM records_score WHERE id = 3", "scores of run"),
        ("sqlite", "UPDATE records_segment SET rows = rows + 1 WHERE id = 2", "lines of import 1"),
        ("sqlite", "UPDATE records_landing SET accepted = 198 WHERE batch = 1", "lines of import 1"),
        ("sqlite", "UPDATE records_account SET owner = 'Bem' WHERE account_id = 'A-06'", "line of account A-06"),
        ("sqlite", "DELETE FROM records_account WHERE account_id = 'A-06'", "list of accounts"),
        ("sqlite", "UPDATE records_override SET score = 81 WHERE id = 1", "override of account A-07"),
        ("sqlite", "UPDATE records_scorecard SET text = replace(text, '50 %', '51 %')", "text of version 1"),
    ],
    indirect=["earlier"],
)  # fmt: skip
def test_a_row_that_is_not_what_was_written_is_refused_and_nothing_is_changed(
    earlier: Installation, damage: str, told: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(damage)
        assert cursor.rowcount == 1
    before = dump()
    with pytest.raises(IntegrityError, match=told) as refused:
        migrated(earlier)
    assert (refused.value.code, databases.state().kind) == ("I103", "behind")
    assert dump() == before
    backups = list((earlier.data / "backups").glob("*.db"))
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(backups[0])) as backup:
            assert "\n".join(backup.iterdump()) == before
    assert len(backups) == (connection.vendor == "sqlite")


def dump() -> str:
    """All tables of the database with all rows, as text."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            return "\n".join(database.iterdump())
    with connection.cursor() as cursor:
        found = []
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            found += [table, *map(str, cursor.fetchall())]
        return "\n".join(found)


def test_its_data_files_are_described_as_new_ones_are(earlier: Installation) -> None:
    """With what each load brought, so that all of it can be verified and small files merged."""
    migrated(earlier)
    manifest = Manifest.objects.get()
    assert (manifest.generation, manifest.batch, manifest.files) == (1, 2, 7)
    assert {
        (each.table, each.kind, each.first_batch, each.last_batch, each.rows, each.first_account, each.last_account)
        for each in DataFile.objects.exclude(kind="results")
    } == {
        ("accounts", "facts", 1, 1, 24, "A-01", "A-24"),
        ("tickets", "facts", 1, 1, 8, "A-01", "A-22"),
        ("usage", "facts", 1, 1, 167, "A-01", "A-24"),
        ("usage", "rolled", 1, 1, 167, "A-01", "A-24"),
        ("usage", "facts", 2, 2, 5, "A-04", "A-24"),
        ("usage", "rolled", 2, 2, 6, "A-02", "A-24"),
        ("usage", "superseded", 2, 2, 1, None, None),
    }  # fmt: skip
    report = actions.verification.run(installation=earlier, by=ANA, at=LATER)
    assert (report.loads, report.problems) == (2, ())


@pytest.mark.parametrize("earlier", ["sqlite"], indirect=True)
def test_its_scores_are_as_before_after_its_files_are_merged(
    earlier: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated(earlier)
    monkeypatch.setattr(actions.replays, "MEANING", 1)
    monkeypatch.setattr(actions.compaction, "MANY", 2)
    assert actions.compaction.run(installation=earlier, at=LATER) == 2
    assert read() == expected()
    assert not actions.verification.run(installation=earlier, by=ANA, at=LATER).problems


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.unlink(), "I121"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "I122"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"), "I123"),
    ],
)
@pytest.mark.parametrize("earlier", ["sqlite"], indirect=True)
@pytest.mark.parametrize("folder", ["usage", "tickets"])
def test_a_data_file_that_is_not_what_was_written_stops_it_and_nothing_is_changed(
    earlier: Installation, folder: str, damage: Callable[[Path], object], code: str
) -> None:
    path = min((earlier.data / "segments" / folder).glob("facts-*.parquet"))
    damage(path)
    before = dump()
    with pytest.raises(IntegrityError, match=path.name) as refused:
        migrated(earlier)
    assert (refused.value.code, databases.state().kind, dump() == before) == (code, "behind", True)


@pytest.mark.parametrize("earlier", ["sqlite"], indirect=True)
def test_a_migration_that_dies_before_files_are_described_is_taken_up_again(
    earlier: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "_describe_datafiles", die)
    with pytest.raises(KeyboardInterrupt):
        migrated(earlier)
    monkeypatch.undo()
    assert (databases.state().kind, databases.state().pending) == ("behind", ())
    with pytest.raises(databases.NotMigrated):
        databases.require_current()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE keepwell_load SET accepted = 198 WHERE batch = 1")
    with pytest.raises(IntegrityError, match="load 1"):
        migrated(earlier)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE keepwell_load SET accepted = 199 WHERE batch = 1")
    migrated(earlier)
    databases.require_current()
    assert read() == expected()
    assert not actions.verification.run(installation=earlier, by=ANA, at=LATER).problems
