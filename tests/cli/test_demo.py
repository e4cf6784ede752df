"""This file tests `keepwell demo`: its answer, whom it says to call, and what it rejects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.test_json import documented
from tests.conftest import EVERYTHING
from tests.terminal import typed


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def demo(*words: str) -> Result:
    return typed("demo", *words, columns="110")


@pytest.mark.skipif(not EVERYTHING, reason="the test of the tour makes a demo too; `just whole`")
def test_it_answers_in_the_documented_shape_and_says_whom_to_call(somewhere: Path) -> None:
    # A process of its own: nothing is configured there before the command does it.
    words = ("demo", "--accounts", "30", "--seed", "2", "--until", "2026-07-06", "--json")
    done = subprocess.run(
        [Path(sys.executable).with_name("keepwell"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert list(answer) == documented("demo")
    assert (answer["as_of"], answer["dates"]) == ("2026-07-06", 104)
    assert answer["received"] == answer["accepted"] + answer["repeated"] + answer["rejected"]
    scored = typed("scores", "--json", "--workspace", str(somewhere / "keepwell-demo"))
    rows = json.loads(scored.stdout)
    assert len(rows) == 30
    at_risk = {row["account_id"] for row in rows if row["meaning"] == "at risk"}
    healthy = {row["account_id"] for row in rows if row["meaning"] == "healthy"}
    assert answer["call_first"]
    assert not set(answer["call_first"]) & healthy
    assert answer["bands"].get("Red", 0) == len(at_risk)


@pytest.mark.parametrize("accounts", ["29", "50001", "-4"])
def test_a_number_of_accounts_that_it_cannot_make_is_wrong_use(
    somewhere: Path, accounts: str
) -> None:
    done = demo("--accounts", accounts)
    assert done.exit_code == 2
    assert "30 to 50,000" in done.stderr
    assert list(somewhere.iterdir()) == []


@pytest.mark.parametrize("day", ["1900-01-01", "2100-01-01", "soon"])
def test_a_day_on_which_it_cannot_end_is_wrong_use(somewhere: Path, day: str) -> None:
    assert demo("--until", day).exit_code == 2
    assert list(somewhere.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(somewhere: Path) -> None:
    (somewhere / "keepwell-demo").mkdir()
    (somewhere / "keepwell-demo/mine.txt").write_text("mine", encoding="utf-8")
    done = demo()
    assert done.exit_code == 1
    assert json.loads(demo("--json").stdout)["code"] == "D101"
    assert [path.name for path in (somewhere / "keepwell-demo").iterdir()] == ["mine.txt"]
