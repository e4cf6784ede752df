"""This file tests the demo: its import reports exactly the faults that were planted, and the same call makes the same one."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from keepwell.app import workspace
from keepwell.app.queries import scores
from tests import demos, installations
from tests.cast import VIEWER
from tests.demos import Made

SIZE = {"accounts": 60, "seed": 4, "until": date(2026, 11, 2)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    yield demos.make(tmp_path_factory.mktemp("made") / "demo", **SIZE)
    installations.leave()


def planted(made: Made) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for fault in made.planted:
        kinds[fault.kind] += fault.count
    return kinds


def reported(made: Made) -> Counter[str]:
    kinds: Counter[str] = Counter(repeated=made.demo.summary.repeated)
    for count in made.demo.summary.counts:
        kinds.update(count.rejected_by_reason)
    for warning in made.demo.summary.warnings:
        kinds[warning.code] += warning.count
    return kinds


def test_the_import_reports_what_was_planted_and_nothing_else(made: Made) -> None:
    assert reported(made) == planted(made)
    assert len(reported(made)) > 15
    assert (
        made.demo.summary.received
        == made.demo.summary.accepted + made.demo.summary.repeated + made.demo.summary.rejected
    )


def test_each_refused_row_lies_in_the_file_into_which_it_was_planted(made: Made) -> None:
    assert made.demo.summary.rejects is not None
    with made.demo.summary.rejects.open(encoding="utf-8", newline="") as file:
        found = Counter((Path(row["file"]).name, row["reason"]) for row in csv.DictReader(file))
    rejected = {reason for count in made.demo.summary.counts for reason in count.rejected_by_reason}
    expected = {
        (Path(each.file).name, each.kind): each.count
        for each in made.planted
        if each.kind in rejected
    }
    assert found == expected


def test_two_years_are_scored_and_some_accounts_are_red(made: Made) -> None:
    assert (made.demo.runs, made.demo.latest.as_of) == (104, date(2026, 11, 2))
    bands = Counter(row.band for row in scores.rows(VIEWER, made.demo.latest.run_id))
    assert {"Green", "Red"} <= set(bands), bands
    assert sum(bands.values()) == 60


def test_the_same_call_scores_the_same(made: Made, tmp_path: Path) -> None:
    told = [
        (row.account_id, row.score, row.band)
        for row in scores.rows(VIEWER, made.demo.latest.run_id)
    ]
    again = demos.make(tmp_path / "demo", **SIZE)
    assert [
        (row.account_id, row.score, row.band)
        for row in scores.rows(VIEWER, again.demo.latest.run_id)
    ] == told


def test_it_touches_no_folder_in_which_something_lies(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(workspace.NotEmpty, match="not empty"):
        workspace.require_empty(tmp_path)
    workspace.require_empty(tmp_path / "new")
