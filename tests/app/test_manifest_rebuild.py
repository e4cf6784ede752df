"""This file tests that a manifest is made again from data files: every row once, and nothing that is missing goes unsaid."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from keepwell.app.actions import manifest_rebuild, verification
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.identities import Identity
from keepwell.app.models.loads import Load
from keepwell.app.models.people import Person
from keepwell.app.queries import facts, snapshots
from keepwell.errors import IntegrityError
from keepwell.facts import datafiles, duckdb_session, row_changes
from tests import installations
from tests.app.test_loads import load
from tests.cast import ANA, NOON, VIEWER, Import, account, ticket, use
from tests.drills import scene

TABLES = ("accounts", "tickets", "usage")


@pytest.fixture(autouse=True)
def merging() -> Iterator[None]:
    with scene.merging():
        yield


@pytest.fixture
def existing(installation: Installation) -> Installation:
    """Three loads: new rows, one that is replaced, and files that were merged."""
    load(
        installation, Import().rows("accounts", account("A-1")).rows("usage", use("u1"), use("u2"))
    )
    load(installation, Import().rows("usage", use("u2", quantity=2, user="ben")))
    load(installation, Import().rows("usage", use("u3", day=3)).rows("tickets", ticket("T-1")))
    return installation


def stored(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    """The rows in force of each table, without when they were loaded."""
    con, found = duckdb_session.connect(None), {}
    with snapshots.take(VIEWER, installation) as snapshot:
        for name in TABLES:
            table = snapshot.tables[name]
            columns = ", ".join(f'"{field.name}"' for field in datafiles.fields(table))
            rows = row_changes.current(table, snapshot.existing(name))
            found[name] = con.execute(f"SELECT {columns} FROM {rows} ORDER BY ALL").fetchall()
    return found


def rebuild(installation: Installation, **more: bool) -> manifest_rebuild.Rebuilt:
    return manifest_rebuild.run(installation=installation, by=ANA, at=NOON, **more)


def without_database(installation: Installation) -> Installation:
    """Lose the database, as a process finds it that starts afterwards."""
    installations.leave()
    for path in installation.data.glob("keepwell.db*"):
        path.unlink()
    installations.give_tables(installation.folder)
    return installations.begin(installation.folder)


def problems(installation: Installation) -> list[str]:
    report = verification.run(installation=installation, by=ANA, at=NOON)
    return [str(problem) for problem in report.problems]


def test_a_lost_database_lists_every_row_again(existing: Installation) -> None:
    before = stored(existing)
    here = without_database(existing)
    done = rebuild(here)
    assert (stored(here), done.losses) == (before, ())
    assert done.new_loads == (1, 2, 3)
    assert problems(here) == []
    assert facts.latest_batch(VIEWER) == 3


def test_a_lost_database_is_made_again_even_where_the_mark_is_lost_too(
    existing: Installation,
) -> None:
    before = stored(existing)
    (existing.data / "installation.json").unlink()
    here = without_database(existing)
    done = rebuild(here)
    assert (stored(here), done.new_loads, problems(here)) == (before, (1, 2, 3), [])


def test_an_older_copy_learns_of_later_loads(existing: Installation) -> None:
    connections.close_all()
    copy = existing.folder / "older.db"
    shutil.copyfile(existing.data / "keepwell.db", copy)
    load(existing, Import().rows("usage", use("u4", user="new"), use("u1", quantity=9)))
    before, people = stored(existing), Person.objects.count()
    installations.leave()
    shutil.copyfile(copy, existing.data / "keepwell.db")
    here = installations.begin(existing.folder)
    done = rebuild(here)
    assert (done.new_loads, stored(here), problems(here)) == ((4,), before, [])
    # Somebody new must not get the number of somebody whom facts name already.
    load(here, Import().rows("usage", use("u5", user="another")))
    assert Person.objects.order_by("-number").first().number == people + 1  # type: ignore[union-attr]


@pytest.mark.both_databases
def test_a_database_in_use_is_listed_again_as_it_was(existing: Installation) -> None:
    before = stored(existing)
    done = rebuild(existing)
    assert (stored(existing), done.new_loads, done.losses, problems(existing)) == (
        before,
        (),
        (),
        [],
    )


def test_work_goes_on_afterwards(existing: Installation) -> None:
    here = without_database(existing)
    rebuild(here)
    batch, _ = load(here, Import().rows("usage", use("u9", day=5)))
    assert (batch, len(stored(here)["usage"]), problems(here)) == (4, 4, [])


def test_what_was_merged_is_not_listed_beside_what_it_was_merged_into(
    existing: Installation,
) -> None:
    assert DataFile.objects.filter(retired_at__isnull=False).exists()
    # The remains of a second merge that died before it was listed.
    merged = DataFile.objects.filter(retired_at=None, table="usage", kind="facts").get()
    path = existing.data / merged.path
    shutil.copyfile(path, path.with_name("facts-00000003-ffffffff.parquet"))
    before = stored(existing)
    here = without_database(existing)
    done = rebuild(here)
    assert (stored(here), problems(here)) == (before, [])
    assert {each.why.split(" that ")[0] for each in done.left} == {"has rows"}


def test_files_of_a_load_that_never_ended_are_not_listed(existing: Installation) -> None:
    usage = existing.data / "datafiles/usage"
    before = stored(existing)
    con = duckdb_session.connect(None)
    footer = datafiles.Footer("usage", "facts", {}, "a" * 32)
    query = f"SELECT * REPLACE (4 AS batch) FROM {datafiles.rows_of([next(usage.glob('facts-*'))])} LIMIT 1"
    datafiles.write(
        con, query, usage / "facts-00000004-aaaaaaaa.parquet", existing.disk, footer=footer, batch=4
    )
    here = without_database(existing)
    done = rebuild(here)
    assert stored(here) == before
    assert [each.why for each in done.left if "never" in each.why] == [
        "is of a load that was never complete"
    ]


@pytest.mark.parametrize("kind", ["facts", "rolled", "superseded"])
def test_what_is_missing_is_said_and_changes_nothing_unless_it_is_accepted(
    existing: Installation, kind: str
) -> None:
    for path in (existing.data / "datafiles/usage").glob(f"{kind}-*"):
        path.write_bytes(path.read_bytes()[:-20])
    here = without_database(existing)
    with pytest.raises(IntegrityError, match="load") as error:
        rebuild(here)
    kept = (Load.objects.count(), DataFile.objects.count(), Identity.objects.count())
    assert (error.value.code, kept) == ("I153", (0, 0, 0))
    done = rebuild(here, accept_losses=True)
    assert done.losses
    assert any("cannot be read" in each.why for each in done.left)


def test_a_damaged_merge_is_replaced_by_what_it_was_made_of(existing: Installation) -> None:
    before = stored(existing)
    for merged in DataFile.objects.filter(
        retired_at=None, table="usage", kind__in=("facts", "rolled")
    ):
        path: Path = existing.data / merged.path
        path.write_bytes(path.read_bytes()[:-20])
    here = without_database(existing)
    done = rebuild(here)
    assert (stored(here), problems(here), done.losses) == (before, [], ())
