"""This file tests the demo: its import reports exactly the faults that were planted, and the same call makes the same one."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connections

from keepwell.app.actions import demo
from keepwell.app.actions.demo import Demo
from keepwell.app.queries import scores

SIZE = {"accounts": 60, "seed": 4, "until": date(2026, 11, 2), "by": "Ana"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEEPWELL_DATABASE", raising=False)
        yield demo.make(folder=tmp_path_factory.mktemp("made") / "demo", **SIZE)
    connections.close_all()


def planted(made: Demo) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for fault in made.planted:
        kinds[fault.kind] += fault.count
    return kinds


def reported(made: Demo) -> Counter[str]:
    kinds: Counter[str] = Counter(repeated=made.summary.repeated)
    for count in made.summary.counts:
        kinds.update(count.rejected_by_reason)
    for warning in made.summary.warnings:
        kinds[warning.code] += warning.count
    return kinds


def test_the_import_reports_what_was_planted_and_nothing_else(made: Demo) -> None:
    assert reported(made) == planted(made)
    assert len(reported(made)) > 15
    assert (
        made.summary.received
        == made.summary.accepted + made.summary.repeated + made.summary.rejected
    )


def test_each_refused_row_lies_in_the_file_into_which_it_was_planted(made: Demo) -> None:
    assert made.summary.rejects is not None
    with made.summary.rejects.open(encoding="utf-8", newline="") as file:
        found = Counter((Path(row["file"]).name, row["reason"]) for row in csv.DictReader(file))
    rejected = {reason for count in made.summary.counts for reason in count.rejected_by_reason}
    expected = {
        (Path(each.file).name, each.kind): each.count
        for each in made.planted
        if each.kind in rejected
    }
    assert found == expected


def test_two_years_are_scored_and_some_accounts_are_red(made: Demo) -> None:
    assert (made.runs, made.latest.as_of) == (104, date(2026, 11, 2))
    bands = Counter(row.band for row in scores.rows(made.latest.run_id))
    assert {"Green", "Red"} <= set(bands), bands
    assert sum(bands.values()) == 60


def test_the_same_call_scores_the_same(made: Demo, tmp_path: Path) -> None:
    told = [(row.account_id, row.score, row.band) for row in scores.rows(made.latest.run_id)]
    again = demo.make(folder=tmp_path / "demo", **SIZE)
    assert [
        (row.account_id, row.score, row.band) for row in scores.rows(again.latest.run_id)
    ] == told


def test_it_touches_no_folder_in_which_something_lies(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(demo.AlreadyThere, match="not empty"):
        demo.make(folder=tmp_path, **SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
