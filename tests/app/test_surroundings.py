"""This file tests that what the machine refuses is said in a sentence with the way out, and that reading needs no right to write."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from keepwell.app import surroundings
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts
from keepwell.facts import duckdb_session
from tests import installations
from tests.app.test_loads import load
from tests.cast import VIEWER, Import, account, use

NOBODY = 65534


@pytest.fixture
def read_only(installation: Installation) -> Iterator[Path]:
    """A workspace with data in a folder in which the reader may write nothing."""
    load(installation, Import().rows("accounts", account("A-1")).rows("usage", use("u1")))
    connections.close_all()
    place = Path(tempfile.mkdtemp(prefix="keepwell-read-only-"))
    shutil.copytree(installation.folder, place / "w")
    shutil.rmtree(place / "w/data/tmp", ignore_errors=True)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield place / "w"
    for path in [place, *place.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(place)


def as_a_reader(folder: Path, *words: str) -> tuple[int, str]:
    """Type a command as somebody who may write nowhere."""
    typed = ["-c", "from keepwell.cli.main import app; app()", *words, "--workspace", str(folder)]
    dropped: list[str] = []
    if os.getuid() == 0:
        if not (setpriv := shutil.which("setpriv")):
            pytest.skip("without setpriv, whoever runs the tests as root may write everywhere")
        dropped = [setpriv, "--reuid", str(NOBODY), "--clear-groups"]
    done = subprocess.run(
        [*dropped, sys.executable, *typed], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["status", "verify", "versions", "orphans"])
def test_everything_that_only_reads_works_where_nothing_can_be_written(
    read_only: Path, command: str
) -> None:
    code, said = as_a_reader(read_only, command)
    assert code == 0, said


def test_what_writes_says_that_it_may_not(read_only: Path) -> None:
    code, said = as_a_reader(read_only, "rebuild")
    assert (code, "load.lock: may not be opened. Check who owns it" in said) == (1, True), said


def test_changes_that_lie_beside_a_read_only_database_are_not_left_out_unsaid(
    read_only: Path,
) -> None:
    (read_only / "data").chmod(0o755)
    (read_only / "data/keepwell.db-wal").write_bytes(b"x" * 100)
    (read_only / "data").chmod(0o555)
    code, said = as_a_reader(read_only, "status")
    assert (code, "changes that cannot be read from a read-only folder" in said) == (1, True), said


def test_a_full_disk_is_said_by_files_and_by_duckdb(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as error:
            (tmp_path / "x").write_bytes(b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot grow" in str(surroundings.refused(error.value))


def test_a_read_only_folder_is_read_while_somebody_elsewhere_writes(read_only: Path) -> None:
    (read_only / "data").chmod(0o755)
    with closing(sqlite3.connect(read_only / "data/keepwell.db")) as writer:
        writer.execute("PRAGMA journal_mode=wal")
        writer.execute("CREATE TABLE beside (n)")
        writer.commit()
        for name in ("keepwell.db", "keepwell.db-wal", "keepwell.db-shm"):
            (read_only / "data" / name).chmod(0o644)
        (read_only / "data").chmod(0o555)
        assert (read_only / "data/keepwell.db-wal").stat().st_size
        code, said = as_a_reader(read_only, "status")
    assert code == 0, said


def test_what_duckdb_may_not_open_is_said(tmp_path: Path) -> None:
    con = duckdb_session.connect(None, memory="30MB")
    with pytest.raises(Exception, match="memory") as error:
        con.execute("SELECT array_agg(i ORDER BY hash(i)) FROM range(20_000_000) AS numbers(i)")
    assert "does not fit into memory" in str(surroundings.refused(error.value))


def test_a_fault_of_ours_is_nobody_elses() -> None:
    for error in (ValueError("no"), KeyError("x"), OSError("made up")):
        assert surroundings.refused(error) is None


@pytest.mark.parametrize("made", ["file", "dangling"])
def test_data_that_is_no_folder_is_said(tmp_path: Path, made: str) -> None:
    from keepwell.app import workspace

    workspace.create(tmp_path / "w", name="W")
    if made == "file":
        (tmp_path / "w/data").write_text("x")
    else:
        (tmp_path / "w/data").symlink_to("/nowhere/at/all")
    with pytest.raises(OSError, match="data") as error:
        installations.serve(tmp_path / "w")
    assert "should be a folder, and is a file or a broken link" in str(
        surroundings.refused(error.value)
    )


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_user_of_the_server_without_rights_is_told(
    server: str, migrated: str, tmp_path: Path, kind: str
) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'secret'")
    installations.leave()
    installations._bind(re.sub(r"//[^/]*@", "//reader:secret@", migrated), tmp_path)
    with pytest.raises(Exception, match="permission denied") as error:
        accounts.count(VIEWER)
    installations.leave()
    said = str(surroundings.refused(error.value))
    assert "does not give this user the rights" in said
    assert "secret" not in said
