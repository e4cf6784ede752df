"""This file tests that nothing is removed or written where database and data folder may not belong together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import connections

from keepwell.app import identity, workspace
from keepwell.app.installation import Installation
from keepwell.app.models.identities import Identity
from keepwell.errors import IntegrityError
from keepwell.facts import folder_mark
from keepwell.facts.atomic_files import Disk
from tests import installations
from tests.app.test_loads import load
from tests.cast import Import, account, use


def files(installation: Installation) -> list[str]:
    """All files of facts, wherever they lie."""
    return sorted(path.name for path in installation.data.rglob("*.parquet"))


def filled(installation: Installation, name: str = "u1") -> Installation:
    load(installation, Import().rows("accounts", account("A-1")).rows("usage", use(name)))
    return installation


def reopened(installation: Installation) -> Installation:
    return installations.serve(installation.folder, database_url=installation.database_url)


def elsewhere(folder: Path) -> Path:
    workspace.create(folder, name="Elsewhere")
    return folder


@pytest.mark.both_databases
def test_database_and_folder_have_the_same_id_and_know_how_far_they_are(
    installation: Installation,
) -> None:
    filled(installation)
    mark = folder_mark.read(installation.data)
    assert mark is not None
    assert (mark.installation, mark.batch) == (Identity.objects.get().installation, 1)
    identity.check(installation)


def test_an_older_copy_of_the_database_removes_nothing(installation: Installation) -> None:
    filled(installation)
    connections.close_all()
    older = installation.data / "keepwell.db"
    shutil.copyfile(older, installation.folder / "older.db")
    load(installation, Import().rows("usage", use("u2", day=2)))
    before = files(installation)
    connections.close_all()
    shutil.copyfile(installation.folder / "older.db", older)
    installation.manifest.forget()
    with pytest.raises(IntegrityError, match="it ends with load 1, and .* has load 2") as error:
        load(installation, Import().rows("usage", use("u3", day=3)))
    assert (error.value.code, files(installation)) == ("I131", before)


def test_a_database_that_was_merged_less_is_older_too(installation: Installation) -> None:
    filled(installation)
    mark = folder_mark.read(installation.data)
    assert mark is not None
    later = folder_mark.Mark(mark.installation, mark.batch, mark.generation + 1)
    folder_mark.write(installation.data, later, installation.disk)
    with pytest.raises(IntegrityError, match="files in .* were merged since"):
        identity.check(installation)


def test_a_lost_database_is_not_begun_anew_over_its_data(installation: Installation) -> None:
    filled(installation)
    before = files(installation)
    installations.leave()
    for path in installation.data.glob("keepwell.db*"):
        path.unlink()
    with pytest.raises(IntegrityError, match="the app database has no load: it is new") as error:
        reopened(installation)
    assert (error.value.code, files(installation)) == ("I151", before)


def test_the_database_of_another_workspace_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    filled(installation)
    before = files(installation)
    other = filled(installations.serve(elsewhere(tmp_path / "elsewhere")))
    connections.close_all()
    shutil.copyfile(other.data / "keepwell.db", installation.data / "keepwell.db")
    with pytest.raises(IntegrityError, match="belong to different installations") as error:
        reopened(installation)
    assert (error.value.code, files(installation)) == ("I152", before)


def test_a_new_folder_with_a_database_in_use_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    filled(installation)
    connections.close_all()
    new = elsewhere(tmp_path / "new")
    (new / "data").mkdir()
    shutil.copyfile(installation.data / "keepwell.db", new / "data" / "keepwell.db")
    with pytest.raises(IntegrityError, match="lists data files, and the data folder .* has none"):
        installations.serve(new)


def test_a_workspace_from_before_there_were_ids_gets_one(installation: Installation) -> None:
    filled(installation)
    Identity.objects.all().delete()
    (installation.data / folder_mark.FILE).unlink()
    reopened(installation)
    mark = folder_mark.read(installation.data)
    assert mark is not None
    assert (mark.installation, mark.batch) == (Identity.objects.get().installation, 1)


def test_without_a_mark_the_names_of_files_tell_of_later_loads(installation: Installation) -> None:
    filled(installation)
    (installation.data / folder_mark.FILE).unlink()
    usage = installation.data / "datafiles/usage"
    shutil.copyfile(next(usage.iterdir()), usage / "facts-00000003-aaaaaaaa.parquet")
    with pytest.raises(IntegrityError, match="it ends with load 1, and .* has load 3"):
        reopened(installation)


def test_a_load_that_is_there_does_not_fail_for_want_of_its_mark(
    installation: Installation,
) -> None:
    class Failing(Disk):
        def rename(self, source: Path, target: Path) -> None:
            if target.name == folder_mark.FILE:
                raise OSError("no")
            super().rename(source, target)

    here = installations.serve(installation.folder, disk=Failing())
    batch, _ = load(here, Import().rows("accounts", account("A-1")))
    mark = folder_mark.read(here.data)
    assert (batch, mark and mark.batch) == (1, 0)
    identity.check(here)


def test_a_mark_that_cannot_be_read_is_damage(installation: Installation) -> None:
    (installation.data / folder_mark.FILE).write_text("{", encoding="utf-8")
    with pytest.raises(IntegrityError, match="which installation this data belongs to") as error:
        reopened(installation)
    assert error.value.code == "I150"
