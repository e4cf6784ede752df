"""This file holds what a snapshot is: the facts as of one load, whole, verified, and unchanged while it is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from keepwell.app import actions, queries
from keepwell.app.actions import compaction, datafiles, live_scores, loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.queries import snapshots
from keepwell.app.queries.snapshots import Snapshot
from keepwell.errors import IntegrityError
from keepwell.facts import row_changes
from keepwell.health.definition.table import Column
from tests import installations
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, ticket, use
from tests.conftest import EVERYTHING

BEGAN = date(2025, 1, 1)
LATER = timedelta(minutes=11)


def load(installation: Installation, brought: Import, at: datetime = NOON) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


def uses(*ids: str, account_id: str = "A-1", **more: Any) -> Import:
    return Import(since=BEGAN).rows("usage", *(use(id, account_id, **more) for id in ids))


def ids(snapshot: Snapshot) -> list[str]:
    rows = row_changes.current(snapshot.tables["usage"], snapshot.existing("usage"))
    with snapshot.installation.duckdb.cursor() as con:
        found = con.execute(f"SELECT id FROM {rows} WHERE batch <= {snapshot.batch} ORDER BY id")
        return [id for (id,) in found.fetchall()]


def reopened(installation: Installation) -> Installation:
    """The installation as the next process finds it, which has verified nothing yet."""
    return installations.serve(installation.folder, database_url=installation.database_url)


@pytest.fixture
def merging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small data files are merged."""
    monkeypatch.setattr(compaction, "MANY", 2)


@pytest.mark.both_databases
@pytest.mark.usefixtures("merging")
def test_a_snapshot_stays_as_it_is_whatever_is_loaded_merged_and_swept(
    installation: Installation,
) -> None:
    load(installation, uses("u1"))
    with snapshots.take(VIEWER, installation) as first:
        listed = [installation.data / each.path for each in first.files]
        for nth in (2, 3):
            load(installation, uses(f"u{nth}"), at=NOON + nth * LATER)
        assert not {each.path for each in first.files} & set(
            DataFile.objects.filter(retired_at=None).values_list("path", flat=True)
        )
        assert (first.batch, ids(first)) == (1, ["u1"])
        with snapshots.take(VIEWER, installation) as now:
            assert (now.batch, ids(now)) == (3, ["u1", "u2", "u3"])
        datafiles.remove_retired(installation, at=NOON + 9 * LATER)
        assert all(path.exists() for path in listed)
    datafiles.remove_retired(installation, at=NOON + 9 * LATER)
    assert not any(path.exists() for path in listed)
    assert not DataFile.objects.exclude(retired_at=None).exists()


@pytest.mark.usefixtures("merging")
def test_replaced_files_are_kept_for_ten_minutes_for_whoever_has_no_lease(
    installation: Installation,
) -> None:
    for nth in (1, 2):
        load(installation, uses(f"u{nth}"))
    merged = DataFile.objects.get(kind="facts", retired_at=None)
    replaced = DataFile.objects.exclude(retired_at=None).filter(kind="facts")
    assert {each.successor for each in replaced} == {merged.path}
    paths = [installation.data / each.path for each in replaced]
    datafiles.remove_retired(installation, at=NOON + timedelta(minutes=9))
    assert all(path.exists() for path in paths)
    datafiles.remove_retired(installation, at=NOON + timedelta(minutes=10))
    assert not any(path.exists() for path in paths)


@pytest.mark.both_databases
@pytest.mark.usefixtures("merging")
def test_rows_not_files_are_of_a_load(installation: Installation) -> None:
    """A merged file has rows of all loads; a snapshot as of one of them reads its own, and has the feeds of then."""
    seen = []
    for nth in range(1, 5):
        day = {"day": nth, "quantity": nth}
        load(installation, uses("u0", f"u{nth}", **day), at=NOON + nth * LATER)
        with snapshots.take(VIEWER, installation) as snapshot:
            seen.append((snapshot.feeds, snapshot.contents, ids(snapshot)))
    assert DataFile.objects.filter(kind="facts", retired_at=None).count() == 1
    for batch, (feeds, contents, found) in enumerate(seen, 1):
        with snapshots.take(VIEWER, reopened(installation), batch) as snapshot:
            assert (snapshot.feeds, snapshot.contents) == (feeds, contents)
            assert (len(snapshot.files), snapshot.source().through_batch) == (3 if batch > 1 else 2, batch)  # fmt: skip
            assert set(found) <= set(ids(snapshot)) | {"u0"}
    assert len({contents for _, contents, _ in seen}) == 4


def test_a_snapshot_is_not_read_after_it_is_closed(installation: Installation) -> None:
    load(installation, uses("u1"))
    with snapshots.take(VIEWER, installation) as snapshot:
        assert snapshot.source().files
    with pytest.raises(AssertionError, match="before it is closed"):
        snapshot.source()


def test_before_the_first_load_there_is_nothing(installation: Installation) -> None:
    with snapshots.take(VIEWER, installation) as snapshot:
        assert (snapshot.batch, snapshot.generation, snapshot.files, snapshot.feeds) == (
            0,
            0,
            (),
            (),
        )
        assert snapshot.source().files == {}


def test_facts_that_something_was_computed_from_cannot_be_missing(
    installation: Installation,
) -> None:
    load(installation, uses("u1"))
    with (
        pytest.raises(IntegrityError, match="ends with load 1") as error,
        snapshots.take(VIEWER, installation, 2),
    ):
        pass
    assert error.value.code == "I127"


def test_only_the_files_of_a_question_are_verified(installation: Installation) -> None:
    load(installation, uses("u1").rows("tickets", ticket("T-1")))
    file = DataFile.objects.get(table="tickets")
    path = installation.data / file.path
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with snapshots.take(VIEWER, installation) as snapshot:
        assert snapshot.existing("usage").facts
        for question in (snapshot.source, lambda: snapshot.existing("tickets")):
            with pytest.raises(IntegrityError, match=file.path) as error:
                question()
            assert error.value.code == "I123"


def first(rows: Any) -> Any:
    found = rows.order_by("pk").first()
    assert found
    return found


def change(model: Any, **values: Any) -> Callable[[], object]:
    """Write other values into the first row of a table, as a disk or somebody with SQL would."""
    return lambda: model.objects.filter(pk=first(model.objects).pk).update(**values)


def lose(model: Any) -> Callable[[], object]:
    return lambda: first(model.objects).delete()


def gain_a_file() -> None:
    file = first(DataFile.objects)
    file.pk, file.path = None, file.path + "x"
    file.save(force_insert=True)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        pytest.param(change(DataFile, rows=99), "I124", id="a file's line"),
        pytest.param(change(DataFile, last_account="A-0"), "I124", id="a file's range"),
        pytest.param(change(DataFile, content_digest="0" * 32), "I124", id="a file's digest"),
        pytest.param(change(DataFile, path="datafiles/usage/other.parquet"), "I124", id="a file's path"),
        pytest.param(change(DataFile, retired_at=NOON), "I125", id="a file is not listed"),
        pytest.param(lose(DataFile), "I125", id="a file's line is lost"),
        pytest.param(gain_a_file, "I124", id="a line is added"),
        pytest.param(change(Manifest, files=9), "I126", id="the manifest's line"),
        pytest.param(change(Manifest, generation=99), "I126", id="the generation"),
        pytest.param(lambda: Load.objects.filter(batch=2).delete(), "I127", id="the latest load is lost"),
        pytest.param(lambda: Load.objects.filter(batch=2).update(accepted=9), "I128", id="the latest load"),
        pytest.param(change(FeedDay, on=date(2026, 3, 9)), "I129", id="an event day"),
        pytest.param(lose(FeedDay), "I129", id="an event day is lost"),
        pytest.param(change(Declaration, covers="named"), "I129", id="a declaration"),
        pytest.param(change(ExtraColumn, type="text"), "I130", id="an extra column"),
        pytest.param(lose(ExtraColumn), "I130", id="an extra column is lost"),
    ],
)  # fmt: skip
def test_the_rows_that_a_snapshot_is_made_of_are_verified(
    installation: Installation, damage: Callable[[], object], code: str
) -> None:
    nps = Column("nps", "quantity", "")
    brought = uses("u1").rows("tickets", ticket("T-1", nps=7), extras=(nps,))
    load(installation, brought)
    load(installation, uses("u2", day=2))
    damage()
    here = reopened(installation)
    with pytest.raises(IntegrityError) as error, snapshots.take(VIEWER, here):
        pass
    assert (error.value.code, "app database" in str(error.value)) == (code, True)


def test_a_lost_manifest_is_no_reason_to_describe_everything_anew(
    installation: Installation,
) -> None:
    load(installation, uses("u1"))
    Manifest.objects.all().delete()
    with pytest.raises(IntegrityError, match="load 1 are not what was written"):
        reopened(installation)


@pytest.mark.both_databases
def test_a_process_verifies_loads_as_they_come(installation: Installation) -> None:
    """Of the loads before it began it looks at the latest: a question does not verify all of history."""
    for nth in (1, 2):
        load(installation, uses(f"u{nth}", day=nth))
    Load.objects.filter(batch=1).update(accepted=9)
    here = reopened(installation)
    with snapshots.take(VIEWER, here):
        pass
    load(here, uses("u3", day=3))
    Load.objects.filter(batch=3).update(accepted=9)
    with (
        pytest.raises(IntegrityError, match="load 3") as error,
        snapshots.take(VIEWER, here),
    ):
        pass
    assert error.value.code == "I128"


def test_a_source_of_some_accounts_has_only_their_files(installation: Installation) -> None:
    """And those of all who ever stood below them, and what concerns everybody: the states of accounts, the features."""
    group = [account("G-1"), account("G-2", parent_id="G-1"), account("A-1"), account("M-1")]
    brought = Import(since=BEGAN).rows("accounts", *group)
    load(installation, brought.rows("features", {"feature": "export", "valid_from": BEGAN}))
    for name in ("A-1", "G-2", "M-1"):
        load(installation, uses(f"{name}-1", f"{name}-2", account_id=name))
    names = {each.path: each.first_account for each in DataFile.objects.filter(table="usage")}

    def opened(*accounts: str) -> set[str | None]:
        with snapshots.take(VIEWER, installation) as snapshot:
            source = snapshot.source(accounts)
        assert source.everyone
        assert (len(source.files["accounts"]), len(source.files["features"])) == (1, 1)
        assert len(source.everyone.files["usage"]) == 3
        paths = [*source.files.get("usage", ()), *source.rolled]
        return {names[str(Path(path).relative_to(installation.data))] for path in paths}

    assert opened("A-1") == {"A-1"}
    assert opened("G-1") == {"G-2"}
    assert opened("A-1", "M-1") == {"A-1", "M-1"}
    assert opened("nobody") == set()


def test_a_live_score_reads_of_all_accounts_what_concerns_the_company(
    installation: Installation,
) -> None:
    """Where nobody fills a column, its sum is not known; where only others do, an account's own is 0."""
    text = CARD.replace("take: count", "take: sum quantity")
    names = ["A-1", "B-1"]
    load(installation, Import(since=BEGAN).rows("accounts", *(account(each, started_on=BEGAN) for each in names)))  # fmt: skip
    load(installation, uses("u1", account_id="A-1"))
    scorecards.publish(text=text, note="sums", by=ANA, at=NOON, parent=None)
    as_of = NOON.date()

    def missing() -> tuple[object, object]:
        live = live_scores.explained(
            installation=installation, by=ANA, account_id="A-1", as_of=as_of
        )
        run = scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)
        lines = queries.evidence.lines(VIEWER, installation, run, {"A-1"})
        own = [child.line for child in live.explanation.root.children]
        assert [line.missing for line in own] == [line.missing for line in lines if line.kind == "measure"]  # fmt: skip
        return own[0].missing, own[0].value

    assert missing()[0] == "not_covered"
    load(installation, uses("u2", account_id="B-1", quantity=5))
    assert missing()[0] != "not_covered"


@pytest.mark.both_databases
def test_a_load_while_the_manifest_is_read_is_seen_whole(installation: Installation) -> None:
    load(installation, uses("u1"))
    here, loaded = reopened(installation), threading.Event()

    def bring() -> None:
        load(here, uses("u2", day=2))
        connections.close_all()

    def between(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "keepwell_feedday" in sql and not loaded.is_set():
            loaded.set()
            other = threading.Thread(target=bring)
            other.start()
            other.join()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(between), snapshots.take(VIEWER, here) as snapshot:
        assert (snapshot.batch, ids(snapshot), loaded.is_set()) == (2, ["u1", "u2"], True)


@pytest.mark.both_databases
@pytest.mark.usefixtures("merging")
def test_imports_merges_and_readers_at_once_are_safe(installation: Installation) -> None:
    """Two threads import, each load so much later that what was merged is removed at once; four others read meanwhile."""
    events, many = 5, 6 if EVERYTHING else 3
    load(installation, uses(*(f"0-{n}" for n in range(events))))
    clock, lock, done = iter(range(1, 1000)), threading.Lock(), threading.Event()

    def bring(thread: int) -> int:
        try:
            for nth in range(many):
                with lock:
                    at = NOON + next(clock) * LATER
                brought = uses(*(f"{thread}-{nth}-{n}" for n in range(events)))
                load(installation, brought, at)
            return 0
        finally:
            connections.close_all()

    def read(thread: int) -> int:
        taken = 0
        try:
            while not done.is_set() or not taken:
                with snapshots.take(VIEWER, installation) as snapshot:
                    found = ids(snapshot)
                    assert len(found) == events * snapshot.batch == len(set(found))
                    with installation.duckdb.cursor() as con:
                        paths = list(snapshot.source().rolled)
                        rolled = con.execute("SELECT sum(events)::BIGINT FROM read_parquet(?)", [paths])  # fmt: skip
                        assert rolled.fetchall() == [(len(found),)]
                taken += 1
            return taken
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as executor:
        readers = [executor.submit(read, nth) for nth in range(4)]
        writers = [executor.submit(bring, nth) for nth in (1, 2)]
        try:
            assert [each.result(120) for each in writers] == [0, 0]
        finally:
            done.set()
        assert all(each.result(120) for each in readers)
    with snapshots.take(VIEWER, installation) as snapshot:
        assert (snapshot.batch, len(ids(snapshot))) == (1 + 2 * many, events * (1 + 2 * many))
    report = actions.verification.run(installation=installation, by=ANA, at=NOON)
    assert report.problems == ()
