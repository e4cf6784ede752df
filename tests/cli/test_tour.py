"""This file tests the tour of the demo: every command prints what the page shows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from keepwell.app.actions import engines
from keepwell.app.queries import contract_history
from keepwell.app.viewers import SYSTEM
from keepwell.health.judge import auc, landmarks, leaving
from keepwell.health.judge.landmark_table import deciding_rows
from tests import installations
from tests.cli import tour
from tests.cli.tour import BLOCK, COLUMNS, PAGE, Type
from tests.once import made_once

QUOTED = (
    "Invoices go out the day after the job now. Used to be nearly three weeks.",
    "All four depots live and behaving the same way. Nobody mentions spreadsheets any more.",
)
TEXT = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The demo that the page is about, and what was said when it was made."""

    def make(folder: Path) -> dict[str, str]:
        # A process of its own: nothing is configured there before the command does it.
        said = subprocess.run(
            [Path(sys.executable).with_name("keepwell"), "demo", "tour", "--until", "2026-11-02"],
            cwd=folder.parent,
            env={**os.environ, "COLUMNS": COLUMNS, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert said.returncode == 0, said.stderr
        return {"out": said.stdout}

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEEPWELL_DATABASE", raising=False)
        folder, said = made_once(tmp_path_factory, "tour", make)
        yield said["out"], folder
    installations.leave()


@pytest.fixture(scope="module")
def terminal(made: tuple[str, Path]) -> Type:
    return tour.at(made[1])


def test_the_tour_has_eight_accounts_and_more() -> None:
    explained = {
        found["words"] for found in BLOCK.finditer(TEXT) if found["words"].startswith("explain")
    }
    assert len(explained) >= 8


@pytest.mark.parametrize("nth", range(len(BLOCK.findall(TEXT))))
def test_a_command_of_the_tour_prints_what_the_page_shows(nth: int, terminal: Type) -> None:
    step = list(BLOCK.finditer(TEXT))[nth][0]
    assert tour.walked(step, terminal) == step, "walk it again: python -m tests.cli.tour"


def test_the_tour_shows_what_the_demo_says_when_it_is_made(made: tuple[str, Path]) -> None:
    shown = "".join(f"{line.rstrip()}\n" for line in made[0].splitlines())
    assert shown in TEXT


def test_what_the_tour_calls_ground_truth_is_the_ground_truth(made: tuple[str, Path]) -> None:
    truth = pd.read_parquet(made[1] / "truth/accounts.parquet").set_index("account_id")
    assert truth.loc["FH-10026", "dark_on"] == date(2026, 2, 9)
    assert (truth.loc["FH-10044", "noticed_on"], truth.loc["FH-10044", "reason"]) == (
        date(2026, 10, 15),
        "acquired",
    )
    assert (truth.loc["FH-10135", "csm"], truth.loc["FH-10135", "csm_is_optimistic"]) == (
        "Fatima Bensaïd",
        True,
    )
    assert truth.loc["FH-10122", "is_stalled"]
    lost = truth[truth.noticed_on.notna() & ~truth.is_doomed_trial]
    assert 0.17 < lost.reason.isin(["acquired", "own tool"]).mean() < 0.23
    pulses = pd.read_csv(made[1] / "exports/success/pulse_notes.csv")
    assert round(100 * (pulses[pulses.by == "Fatima Bensaïd"].pulse == "green").mean()) == 94
    assert all(pulses.note.str.contains(said, regex=False).any() for said in QUOTED)


def test_the_judgement_that_is_read_line_by_line_is_that_of_this_demo(terminal: Type) -> None:
    page = (PAGE.parent / "judging.md").read_text(encoding="utf-8").replace("*", "")
    seen = terminal("backtest --scores published")
    for said in (
        "AUC .63 (.55 to .72) over 68 leavers: a little, not enough alone.",
        "The scores of 19 months were computed more than a week after their day",
        ".86 (.80 to .91)",
        ".72 (.67 to .77)",
        "6.8 % (3.9 % to 12 %)",
        "6.3 % (4.1 % to 9.5 %)",
        "3.7 % (2.7 % to 4.9 %)",
        "105 calls, 91 of them false alarms: 6.5 for each leaver that was called.",
        ".57 (.45 to .69)",
        "With equal weights: .64 (.55 to .72).",
        "48 of 82 losses were healthy up to 90 days before: EUR 529,759 a year of 806,630.",
    ):
        assert said in page
        assert said in seen


def test_nobody_could_tell_better_than_the_page_says(made: tuple[str, Path]) -> None:
    """The hidden chances of the simulation, over the same accounts and months as the judged scores."""
    here = installations.serve(made[1])
    with engines.latest(here) as snapshot:
        history = contract_history.read(SYSTEM, here, snapshot)
    terms = leaving.terms(history.lines, history.notices, history.until)
    months = landmarks.months(date(2024, 12, 1), landmarks.last_month(history.until, 30))
    found = landmarks.of(list(months), terms, history.lines)
    rows, places = deciding_rows(found, history.until)
    chances = pd.read_parquet(made[1] / "truth" / "truth.parquet").sort_values("on")
    asked = pd.DataFrame(
        [(found.rows[at].account_id, pd.Timestamp(found.rows[at].on)) for at in places],
        columns=["account_id", "on"],
    ).reset_index()
    chances["on"] = pd.to_datetime(chances["on"])
    known = pd.merge_asof(
        asked.sort_values("on"), chances, on="on", by="account_id", allow_exact_matches=False
    ).sort_values("index")
    best = auc.within_months(rows, -known["chance"].to_numpy())
    assert best.value is not None
    assert f"would reach {best.value:.2f} here".replace("0.", ".") in TEXT
