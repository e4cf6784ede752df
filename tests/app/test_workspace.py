"""This file holds what opening a workspace promises: all faults of keepwell.yaml at once, and a database that is up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from keepwell.app import databases, workspace
from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.audit import AuditEntry
from keepwell.errors import IntegrityError, Invalid, Unavailable
from tests import installations

pytestmark = pytest.mark.both_databases

AT = datetime(2026, 3, 1, tzinfo=UTC)


def faults(folder: Path, text: str) -> list[str]:
    (folder / "keepwell.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(workspace.Unusable) as raised:
        workspace.read(folder)
    return [str(fault) for fault in raised.value.faults]


def test_a_new_workspace_reads_back(tmp_path: Path) -> None:
    workspace.create(tmp_path / "acme", name='Acme "Ltd": 1', zone="Europe/Berlin", currency="EUR")
    read = workspace.read(tmp_path / "acme")
    assert (read.name, read.zone, read.currency) == ('Acme "Ltd": 1', "Europe/Berlin", "EUR")
    assert (read.mapping, read.cards) == (
        tmp_path / "acme" / "mapping.yaml",
        tmp_path / "acme" / "cards",
    )
    assert (tmp_path / "acme" / ".gitignore").read_text() == "data/\n"


def test_creating_again_changes_nothing(tmp_path: Path) -> None:
    workspace.create(tmp_path, name="Acme")
    workspace.create(tmp_path, name="Other")
    assert workspace.read(tmp_path).name == "Acme"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    assert faults(
        tmp_path, "zone: Europe/Berlni\ncurrency: eur\nnaem: Acme\nmapping: ../m.yaml\ncards: []\n"
    ) == [
        "keepwell.yaml name: missing. Say whose workspace this is: `name: Acme`.",
        "keepwell.yaml:1 zone: unknown time zone `Europe/Berlni`. Did you mean `Europe/Berlin`?",
        "keepwell.yaml:2 currency: not a currency code: `eur`. Give three capital letters, such as `EUR`.",
        "keepwell.yaml:3 naem: unknown key. Did you mean `name`?",
        "keepwell.yaml:4 mapping: leads out of the workspace `../m.yaml`. Give a path inside this folder.",
        "keepwell.yaml:5 cards: must be text.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: [", "keepwell.yaml:1: not valid YAML"),
        ("- name", "keepwell.yaml:1: not a list of `key: value` lines"),
        ("name: !!python/object/apply:os.system [ls]", "keepwell.yaml:1: the tag"),
        ("name: Acme\nname: Acme\n", "keepwell.yaml:2 name: duplicate field"),
        ("x: " + "[" * 5000, "keepwell.yaml:1: nested more than 60 levels deep"),
        ("x: &a [1]\n" * 20_000, "keepwell.yaml: larger than a workspace file can be"),
    ],
)
def test_hostile_text_ends_in_one_fault(tmp_path: Path, text: str, told: str) -> None:
    assert faults(tmp_path, text)[0].startswith(told)


@pytest.mark.parametrize(
    "zone",
    ["localtime", "right/Europe/Berlin", "posix/Europe/Berlin", "Europe/Berlni", "Europe/", "../UTC", "/etc/hosts"],
)  # fmt: skip
def test_only_the_name_of_a_zone_is_one(tmp_path: Path, zone: str) -> None:
    (fault,) = faults(tmp_path, f"name: Acme\nzone: {zone}\n")
    assert "unknown time zone" in fault


@pytest.mark.parametrize("zone", ["UTC", "GMT", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_zones_are_known_by_their_names(tmp_path: Path, zone: str) -> None:
    (tmp_path / "keepwell.yaml").write_text(f"name: Acme\nzone: {zone}\n", encoding="utf-8")
    assert workspace.read(tmp_path).zone == zone


def test_a_folder_without_the_file_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(
        workspace.Unusable, match="there is no such file. Create a workspace with `keepwell init`"
    ):
        installations.serve(tmp_path)


def test_a_moment_falls_on_the_local_day(installation: Installation) -> None:
    assert installation.day(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)).isoformat() == "2026-03-02"


def test_another_workspace_has_its_own_database(tmp_path: Path) -> None:
    counts = []
    for name in ("one", "two", "one"):
        workspace.create(tmp_path / name, name=name)
        installations.serve(tmp_path / name)
        counts.append(AuditEntry.objects.count())
        write()
    installations.leave()
    assert counts == [0, 0, 1]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    workspace.create(tmp_path, name="Acme")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keepwell.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(IntegrityError, match=r"keepwell\.db: the app database is damaged"):
        installations.serve(tmp_path)


def test_a_column_that_a_later_version_renamed_is_no_damage(installation: Installation) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE keepwell_account RENAME COLUMN owner TO keeper")
        cursor.execute("ALTER TABLE keepwell_projection RENAME COLUMN version TO edition")
    try:
        MigrationRecorder(connections["default"]).record_applied("keepwell", "9999_later")
        for ask in (databases.state, databases.require_current):
            with pytest.raises(databases.Newer, match="was migrated by a newer Keepwell .* older"):
                ask()
    finally:  # other tests go on with the same PostgreSQL
        MigrationRecorder(connections["default"]).record_unapplied("keepwell", "9999_later")
        with connections["default"].cursor() as cursor:
            cursor.execute("ALTER TABLE keepwell_account RENAME COLUMN keeper TO owner")
            cursor.execute("ALTER TABLE keepwell_projection RENAME COLUMN edition TO version")


def test_asking_with_a_number_that_is_too_large_is_no_damage(installation: Installation) -> None:
    with pytest.raises(Invalid, match="cannot be stored"):
        integrity.stored(number for number in [float("inf")] if int(number))


def write() -> None:
    AuditEntry.objects.create(at=AT, by="Ana", verb="try", object="this database")


def test_a_database_that_is_busy_for_long_is_unavailable(tmp_path: Path) -> None:
    workspace.create(tmp_path, name="Acme")
    built = installations.serve(tmp_path)
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")  # a test cannot wait for twenty seconds
    with closing(sqlite3.connect(built.data / "keepwell.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match=r"keepwell\.db: the app database is busy"):
            write()
    write()
    installations.leave()


def test_a_database_that_cannot_grow_is_unavailable(tmp_path: Path) -> None:
    workspace.create(tmp_path, name="Acme")
    installations.serve(tmp_path)
    with connections["default"].cursor() as cursor:
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    rows = [AuditEntry(at=AT, by="Ana", verb="try", object="x" * 1000) for _ in range(1000)]
    with pytest.raises(Unavailable, match="the disk is full"):
        AuditEntry.objects.bulk_create(rows)
    installations.leave()


def test_a_database_that_cannot_be_written_to_is_unavailable(tmp_path: Path) -> None:
    workspace.create(tmp_path, name="Acme")
    installations.serve(tmp_path)
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA query_only = on")
    with pytest.raises(Unavailable, match="cannot be written to"):
        write()
    installations.leave()


def test_sqlite_is_asked_to_survive_a_power_cut(tmp_path: Path) -> None:
    workspace.create(tmp_path, name="Acme")
    installations.serve(tmp_path)
    with connections["default"].cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    installations.leave()
