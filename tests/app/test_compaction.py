"""This file holds that many small data files become few, and that no row, load, score or reader notices."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.app.actions import compaction, loads, replays, scorecards, scores, verification
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.queries import snapshots
from keepwell.errors import IntegrityError
from keepwell.facts import row_changes
from keepwell.facts.compaction import RowsChanged
from tests.bench import many_loads
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, ticket, use

BEGAN = date(2025, 1, 1)
APART = timedelta(minutes=1)


def load(installation: Installation, brought: Import, nth: int = 0) -> None:
    at = NOON + nth * APART
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


def uses(*ids: str, account_id: str = "A-1", **more: Any) -> Import:
    return Import(since=BEGAN).rows("usage", *(use(id, account_id, **more) for id in ids))


def listed(table: str = "usage") -> list[tuple[str, int, int, int]]:
    files = DataFile.objects.filter(table=table, retired_at=None).order_by("kind", "first_batch")
    return list(files.values_list("kind", "first_batch", "last_batch", "rows"))


def stored(installation: Installation) -> list[tuple[Any, ...]]:
    with (
        snapshots.take(VIEWER, installation) as snapshot,
        installation.duckdb.cursor() as con,
    ):
        rows = row_changes.current(snapshot.tables["usage"], snapshot.existing("usage"))
        return con.execute(f"SELECT * FROM {rows} ORDER BY id").fetchall()


def problems(installation: Installation) -> tuple[verification.Problem, ...]:
    return verification.run(installation=installation, by=ANA, at=NOON).problems


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads merge nothing, so that a test can look at files before and after."""
    monkeypatch.setattr(compaction, "MANY", 1000)


@pytest.mark.both_databases
def test_eight_small_files_of_a_kind_become_one(installation: Installation) -> None:
    for nth in range(1, 8):
        load(installation, uses("u0", f"u{nth}", day=nth), nth)
    assert len(listed()) == 7 + 7 + 6
    before, generation = stored(installation), Manifest.objects.get().generation
    load(installation, uses("u0", "u8", day=8), 8)
    assert listed()[:2] == [("facts", 1, 8, 16), ("rolled", 1, 8, 15)]
    assert [row for row in stored(installation) if row[0] not in ("u0", "u8")] == [
        row for row in before if row[0] != "u0"
    ]
    assert Manifest.objects.get().generation == generation + 3  # the load, and a merge of each kind
    assert problems(installation) == ()


@pytest.mark.usefixtures("later")
def test_where_there_is_nothing_to_merge_nothing_is_done(installation: Installation) -> None:
    load(installation, uses("u1"))
    before = list(DataFile.objects.values()), Manifest.objects.get().generation
    assert compaction.run(installation=installation, at=NOON) == 0
    assert (list(DataFile.objects.values()), Manifest.objects.get().generation) == before


@pytest.mark.usefixtures("later")
def test_files_of_another_size_wait_for_their_like(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three rows and more a file is large here, and stays as it is."""
    for nth in range(1, 10):
        ids = [f"u{nth}-{n}" for n in range(3 if nth % 3 == 0 else 1)]
        load(installation, uses(*ids), nth)
    monkeypatch.setattr(compaction, "MANY", 4)
    monkeypatch.setattr(compaction, "SIZES", (2, 3))
    compaction.run(installation=installation, at=NOON)
    assert [file for file in listed() if file[0] == "facts"] == [
        ("facts", 1, 8, 6),
        ("facts", 3, 3, 3),
        ("facts", 6, 6, 3),
        ("facts", 9, 9, 3),
    ]


@pytest.mark.usefixtures("later")
def test_a_merged_file_is_no_larger_than_fits_into_memory(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in range(1, 6):
        load(installation, uses(f"u{nth}-1", f"u{nth}-2"), nth)
    monkeypatch.setattr(compaction, "MANY", 2)
    monkeypatch.setattr(compaction, "SIZES", (3, 5))
    monkeypatch.setattr(compaction, "MOST_ROWS", 4)
    compaction.run(installation=installation, at=NOON)
    assert {rows for kind, _, _, rows in listed() if kind == "facts"} == {2, 4}
    assert len(stored(installation)) == 10


@pytest.mark.usefixtures("later")
def test_a_damaged_file_is_not_merged(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merging would give its rows a checksum of their own."""
    for nth in range(1, 9):
        load(installation, uses(f"u{nth}"), nth)
    path = installation.data / DataFile.objects.filter(kind="facts")[3].path
    path.write_bytes(path.read_bytes()[:-9] + b"!" + path.read_bytes()[-8:])
    before = listed()
    monkeypatch.setattr(compaction, "MANY", 8)
    with pytest.raises(IntegrityError, match=path.name) as error:
        compaction.run(installation=installation, at=NOON)
    assert (error.value.code, listed()) == ("I123", before)


@pytest.mark.usefixtures("later")
def test_rows_that_the_manifest_does_not_have_are_not_merged(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in range(1, 9):
        load(installation, uses(f"u{nth}"), nth)
    file = DataFile.objects.filter(kind="facts")[3]
    file.contents = {"4": [1, "0" * 32]}
    file.checksum = checksums.of_datafile(file)
    file.save()
    before = listed()
    monkeypatch.setattr(compaction, "MANY", 8)
    with pytest.raises(RowsChanged, match="batch 4"):
        compaction.run(installation=installation, at=NOON)
    assert listed() == before
    assert [each.code for each in problems(installation)] == ["I132", "I133"]


def test_a_merge_that_fails_does_not_take_the_load_with_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for nth in (1, 2):
        load(installation, Import(since=BEGAN).rows("tickets", ticket(f"T-{nth}")), nth)
    path = installation.data / DataFile.objects.filter(table="tickets")[1].path
    path.unlink()
    monkeypatch.setattr(compaction, "MANY", 2)
    with caplog.at_level(logging.ERROR):
        load(installation, uses("u1"), 3)
    assert "the data files of load 3 were not merged" in caplog.text
    with snapshots.take(VIEWER, installation) as snapshot:
        assert (snapshot.batch, len(snapshot.existing("usage").facts)) == (3, 1)


@pytest.mark.both_databases
def test_a_run_comes_out_the_same_after_its_files_are_merged(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MANY", 2)
    names = [f"A-{nth}" for nth in range(4)]
    load(installation, Import(since=BEGAN).rows("accounts", *(account(each, started_on=BEGAN) for each in names)))  # fmt: skip
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    runs = []
    for nth in range(1, 7):
        again = [use("u0", names[nth % 4], day=1), use(f"u{nth}", names[nth % 3], day=1)]
        load(installation, Import(since=BEGAN).rows("usage", *again), nth)
        runs.append(
            scores.run(installation=installation, as_of=NOON.date(), by=ANA, at=NOON + nth * APART)
        )
    assert listed() == [("facts", 2, 7, 12), ("rolled", 2, 7, 15), ("superseded", 3, 7, 5)]
    assert len({run.inputs for run in runs}) == len(runs)
    for run in runs:
        replayed = replays.replay(installation=installation, by=ANA, run_id=run.run_id)
        assert (replayed.different, replayed.scores) == (0, 4)


def test_many_loads_leave_few_files_and_every_fact(tmp_path: Path) -> None:
    """The smaller form of `python -m tests.bench.many_loads`, which takes two thousand."""
    found = many_loads.measure(tmp_path / "company", 28, (1, 14, 28))
    assert (found.batch, found.rows) == (28, found.wanted)
    assert max(found.listed) <= 1 + 3 * 8
    assert (
        max(found.on_disk) <= 1 + 3 * 8 + 3 * 8 * 2
    )  # and what was merged in the last ten minutes
    assert found.different == {"load 1": 0, "load 14": 0, "load 28": 0}
