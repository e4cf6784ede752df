"""This file tests which data files a load removes, sets aside or keeps: its own attempt's, those of no load, and all others."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from keepwell.app.actions import datafiles
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from tests.app.test_loads import live, load
from tests.cast import NOON, Import, account

pytestmark = pytest.mark.both_databases


def test_leftovers_of_an_interrupted_load_are_set_aside_by_the_next(
    installation: Installation,
) -> None:
    load(installation, Import().rows("accounts", account("A-1")))
    folder = installation.data / "datafiles" / "accounts"
    leftovers = [
        folder / "facts-00000002-aaaaaaaa.parquet",
        folder / "facts-00000002-bbbbbbbb.parquet.partial",
    ]
    for path in leftovers:
        path.write_bytes(b"half")
    load(installation, Import().rows("accounts", account("A-2")))
    assert [path for path in leftovers if path.exists()] == []
    aside = sorted(path.name for path in (installation.data / "orphans/accounts").iterdir())
    assert aside == [path.name for path in leftovers]
    assert len(live(installation, "accounts")) == 2


def test_a_replaced_data_file_is_removed_ten_minutes_later(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1")))
    segment = DataFile.objects.get()
    DataFile.objects.update(retired_at=NOON)
    datafiles.remove_retired(installation, at=NOON.replace(minute=9))
    assert (installation.data / segment.path).exists()
    datafiles.remove_retired(installation, at=NOON.replace(minute=10))
    assert not (installation.data / segment.path).exists()


def test_files_of_a_commit_whose_answer_was_lost_are_kept(installation: Installation) -> None:
    """The server has committed, and the connection broke before it could say so: the load is there, and so are its files."""
    commit = connection.commit

    def committed_unheard() -> None:
        commit()
        raise OperationalError("the connection is lost")

    connection.ensure_connection()
    connection.commit = committed_unheard  # type: ignore[method-assign]
    try:
        with pytest.raises(OperationalError):
            load(installation, Import().rows("accounts", account("A-1")))
    finally:
        del connection.commit  # type: ignore[attr-defined]
    connection.close()
    assert live(installation, "accounts", "account_id") == [("A-1",)]
