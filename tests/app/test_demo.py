"""This file tests the demo: its import reports exactly the planted faults, and a second demo is the same."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from keepwell.app import workspace
from keepwell.app.actions import backtests
from keepwell.app.actions.imports import Summary
from keepwell.app.queries import scores
from keepwell.simulate.faults import Fault
from tests import demos, installations
from tests.cast import ANA, VIEWER
from tests.conftest import EVERYTHING
from tests.demos import Made

SIZE = {"accounts": 60, "seed": 4, "until": date(2026, 11, 2)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    yield demos.make(tmp_path_factory.mktemp("made") / "demo", **SIZE)
    installations.leave()


def planted(faults: Iterable[Fault]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for fault in faults:
        kinds[fault.kind] += fault.count
    return kinds


def reported(summary: Summary) -> Counter[str]:
    kinds: Counter[str] = Counter(repeated=summary.repeated)
    for count in summary.counts:
        kinds.update(count.rejected_by_reason)
    for warning in summary.warnings:
        kinds[warning.code] += warning.count
    return kinds


def test_the_import_reports_every_planted_fault_and_no_others(made: Made) -> None:
    assert reported(made.demo.summary) == planted(made.planted)
    assert len(reported(made.demo.summary)) > 15
    assert (
        made.demo.summary.received
        == made.demo.summary.accepted + made.demo.summary.repeated + made.demo.summary.rejected
    )


def test_each_rejected_row_is_reported_in_the_file_it_was_planted_in(made: Made) -> None:
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
    assert 30 < sum(bands.values()) < 60  # the others have left


def test_no_measure_of_the_demo_tells_too_well_who_leaves(made: Made) -> None:
    found = backtests.run(installation=made.installation, by=ANA, draws=2, made="happened").backtest
    assert found.losses
    assert max(each.alone.value or 0.0 for each in found.measures) > 0.5
    assert "leak" not in {each.code for each in found.warnings}


@pytest.mark.skipif(
    not EVERYTHING, reason="a second demo: `just whole`; its files are compared in tests/simulate"
)
def test_the_same_call_scores_the_same(made: Made, tmp_path: Path) -> None:
    expected = [
        (row.account_id, row.score, row.band)
        for row in scores.rows(VIEWER, made.demo.latest.run_id)
    ]
    again = demos.make(tmp_path / "demo", **SIZE)
    assert [
        (row.account_id, row.score, row.band)
        for row in scores.rows(VIEWER, again.demo.latest.run_id)
    ] == expected


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(workspace.NotEmpty, match="not empty"):
        workspace.require_empty(tmp_path)
    workspace.require_empty(tmp_path / "new")


def test_the_simulation_is_loaded_only_when_a_demo_is_made() -> None:
    """Every other command, and a server, starts without it."""
    program = (
        "import sys, keepwell.cli.main, keepwell.cli.commands.demo; "
        "assert [name for name in sys.modules if name.startswith('keepwell.simulate')] == []"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
