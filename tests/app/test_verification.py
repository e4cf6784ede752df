"""This file holds that verifying everything finds every kind of damage, all at once, whatever was verified before."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from keepwell.app.actions import compaction, loads, scorecards, scores, verification
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.feeds import FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.queries import snapshots
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

BEGAN = date(2025, 1, 1)


@pytest.fixture
@filled_once
def existing(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Three loads, the last two merged, and a run."""
    monkeypatch.setattr(compaction, "MANY", 2)
    brought = Import(since=BEGAN).rows("accounts", account("A-1", started_on=BEGAN))
    load(installation, brought.rows("usage", use("u1")))
    load(installation, Import(since=BEGAN).rows("usage", use("u1", quantity=2), use("u2", day=2)))
    load(installation, Import(since=BEGAN).rows("usage", use("u3", day=3)))
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    scores.run(installation=installation, as_of=NOON.date(), by=ANA, at=NOON)
    return installation


def load(installation: Installation, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def verify(installation: Installation, **more: Any) -> verification.Report:
    return verification.run(installation=installation, by=ANA, at=NOON + timedelta(hours=1), **more)


@pytest.mark.both_databases
def test_what_is_as_it_was_written_has_no_problem(existing: Installation) -> None:
    told: list[tuple[str, float]] = []
    report = verify(existing, progress=lambda what, done: told.append((what, done)))
    kinds = sorted(DataFile.objects.filter(retired_at=None).values_list("kind", flat=True))
    assert kinds == ["facts", "facts", "results", "rolled", "superseded"]
    assert (report.datafiles, report.loads, report.problems) == (5, 3, ())
    assert report.rows == sum(DataFile.objects.filter(retired_at=None).values_list("rows", flat=True))  # fmt: skip
    assert told[-1] == ("Verified", 1.0)
    entry = AuditEntry.objects.get(verb="verify")
    assert (entry.by, entry.detail) == (ANA.name, {"problems": 0})


def usage() -> DataFile:
    return DataFile.objects.get(table="usage", kind="facts", retired_at=None)


def results() -> DataFile:
    return DataFile.objects.get(kind="results", retired_at=None)


def rewritten(existing: Installation) -> None:
    """Other bytes of the same length under the same time: what questions in this process do not notice."""
    with snapshots.take(VIEWER, existing) as snapshot:
        snapshot.source()
    path = existing.data / usage().path
    stat, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with snapshots.take(VIEWER, existing) as snapshot:
        assert snapshot.source().files


def other_contents(existing: Installation) -> None:
    """A batch that lost a row to another one, with all sums as before."""
    file = usage()
    file.contents |= {"1": file.contents["2"], "2": file.contents["1"]}
    file.save()


def other_load(existing: Installation) -> None:
    """A load whose own checksum is right, and which says that it brought more."""
    own = Load.objects.get(batch=3)
    own.contents[0][2] += 1
    feeds = checksums.of_feeds(3, [], FeedDay.objects.filter(batch=3), [])
    own.checksum = checksums.of_load(own, feeds)
    own.save()


@pytest.mark.parametrize(
    ("damage", "codes"),
    [
        pytest.param(lambda here: (here.data / usage().path).unlink(), ["I121"], id="a file is missing"),
        pytest.param(lambda here: (here.data / usage().path).write_bytes(b""), ["I122"], id="a file is cut"),
        pytest.param(lambda here: (here.data / results().path).write_bytes(b""), ["I122"], id="a file of results is cut"),
        pytest.param(rewritten, ["I123"], id="a file is rewritten"),
        pytest.param(lambda _: DataFile.objects.filter(kind="results").update(rows=9), ["I124", "I132"], id="a line"),
        pytest.param(lambda _: usage().delete(), ["I125", *["I133"] * 3], id="a line is lost"),
        pytest.param(lambda _: Manifest.objects.update(batch=2), ["I126"], id="the manifest"),
        pytest.param(lambda _: Load.objects.filter(batch=2).delete(), ["I127", *["I133"] * 3], id="a load is lost"),
        pytest.param(lambda _: Load.objects.filter(batch=1).update(accepted=9), ["I128"], id="an old load"),
        pytest.param(lambda _: FeedDay.objects.filter(batch=1).delete(), ["I128", "I129"], id="an event day"),
        pytest.param(other_contents, ["I132", *["I133"] * 2], id="contents"),
        pytest.param(other_load, ["I133"], id="a load's contents"),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_found(
    existing: Installation, damage: Callable[[Installation], object], codes: list[str]
) -> None:
    damage(existing)
    report = verify(existing)
    assert sorted(problem.code for problem in report.problems) == codes
    assert AuditEntry.objects.get(verb="verify").detail == {"problems": len(codes)}


def test_all_problems_are_listed_at_once(existing: Installation) -> None:
    (existing.data / usage().path).unlink()
    Load.objects.filter(batch__lt=3).update(rejected=7)
    report = verify(existing)
    assert [str(problem) for problem in report.problems] == [
        "app database: The app database's lines of load 1 are not what was written.",
        "app database: The app database's lines of load 2 are not what was written.",
        f"data/{usage().path}: is missing",
    ]
