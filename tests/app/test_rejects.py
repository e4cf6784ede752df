"""This file holds how long lists of rejected rows stay: 90 days after their import, and nothing else goes with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from keepwell.app.actions import imports, rejects
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.loads import Load
from keepwell.app.queries import rejects as reject_lists
from tests.cast import ANA, NOON, VIEWER

DAY = timedelta(days=1)
MAPPING = """\
sources:
  - file: a.csv
    table: accounts
    fields: {account_id: id, started_on: since}
"""


@pytest.fixture
def exports(installation: Installation) -> Path:
    """A folder with one file, of whose rows one is rejected."""
    folder = installation.folder / "exports"
    folder.mkdir()
    installation.mapping.write_text(MAPPING, encoding="utf-8")
    (folder / "a.csv").write_text("id,since\nA-1,2026-01-01\nA-2,Mia Holt\n", encoding="utf-8")
    return folder


def run(installation: Installation, at: datetime) -> imports.Summary:
    return imports.run(
        installation=installation, paths=installation.folder / "exports", by=ANA, at=at
    )


def names(installation: Installation) -> set[str]:
    return {path.name for path in installation.rejects.iterdir()}


@pytest.mark.both_databases
@pytest.mark.usefixtures("exports")
def test_the_next_import_removes_a_list_after_90_days(installation: Installation) -> None:
    first = run(installation, NOON).rejects
    assert first is not None
    assert run(installation, NOON + 90 * DAY - timedelta(seconds=1)).rejects is not None
    assert first.exists()
    run(installation, NOON + 90 * DAY)
    assert (first.exists(), len(names(installation))) == (False, 2)
    entry = AuditEntry.objects.get(verb="remove")
    assert (entry.object, entry.by, entry.detail["files"]) == ("rejects", ANA.name, 1)
    assert Load.objects.get(batch=1).rejects, "the import still says that there was a list"


@pytest.mark.usefixtures("exports")
def test_other_files_beside_the_lists_stay(installation: Installation) -> None:
    run(installation, NOON)
    ours = names(installation)
    mine = {
        "notes.csv",
        "2020-01-01.csv",
        "2020-01-01T000000.000000.csv.mine",
        "copy of 2020-01-01T000000.000000.csv",
        "2020-13-01T000000.000000.csv",
        "2020-01-01T000000.000000.xlsx",
    }
    for name in mine:
        (installation.rejects / name).write_text("x")
    (installation.rejects / "2020-02-02T000000.000000.csv").mkdir()
    outside = installation.folder / "mine.csv"
    outside.write_text("x")
    (installation.rejects / "2020-03-03T000000.000000.csv").symlink_to(outside)
    folder_and_link = {"2020-02-02T000000.000000.csv", "2020-03-03T000000.000000.csv"}
    gone = rejects.remove_expired(installation=installation, by=ANA, at=NOON + 900 * DAY)
    assert {each.path.name for each in gone} == ours
    assert (names(installation), outside.exists()) == (mine | folder_and_link, True)


def test_what_a_killed_import_left_of_a_list_goes_too(installation: Installation) -> None:
    installation.rejects.mkdir()
    (installation.rejects / ".2020-01-01T000000.000000.csv.4711.part").write_text("Mia")
    assert rejects.remove_expired(installation=installation, by=ANA, at=NOON)
    assert names(installation) == set()


@pytest.mark.usefixtures("exports")
def test_the_age_is_that_of_the_import_not_of_the_file(installation: Installation) -> None:
    """A backup that is restored gives files a new time."""
    listed = run(installation, NOON).rejects
    assert listed is not None
    listed.touch()
    assert rejects.remove_expired(installation=installation, by=ANA, at=NOON + 90 * DAY)
    assert AuditEntry.objects.filter(verb="remove").count() == 1
    assert rejects.remove_expired(installation=installation, by=ANA, at=NOON + 91 * DAY) == ()
    assert AuditEntry.objects.filter(verb="remove").count() == 1, "nothing was done"


@pytest.mark.usefixtures("exports")
def test_an_import_is_done_where_a_list_cannot_be_removed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(installation, NOON)

    def fail(**more: object) -> None:
        raise PermissionError("not yours")

    monkeypatch.setattr(rejects, "remove_expired", fail)
    assert run(installation, NOON + 90 * DAY).received == 2


def test_lists_are_named_and_told_by_the_time_in_utc(installation: Installation) -> None:
    tokyo = datetime(2026, 3, 2, 21, tzinfo=timezone(timedelta(hours=9)))
    path = reject_lists.path(VIEWER, installation, tokyo)
    installation.rejects.mkdir()
    path.write_text("x")
    (found,) = reject_lists.everything(VIEWER, installation)
    assert (found.at, found.bytes) == (datetime(2026, 3, 2, 12, tzinfo=UTC), 1)
