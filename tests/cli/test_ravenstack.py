"""This file tests the main job on messy files that others made: two commands, and every account is scored."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.house.rooms import ROOT
from tests.outside import outside


@pytest.fixture(scope="module")
def ravenstack(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The workspace of the example, in a folder of its own."""
    outside("ravenstack")
    folder = tmp_path_factory.mktemp("examples") / "ravenstack"
    shutil.copytree(ROOT / "examples" / "ravenstack", folder, ignore=shutil.ignore_patterns("data"))
    return Terminal(folder)


def test_two_commands_score_all_five_hundred_accounts(ravenstack: Terminal) -> None:
    imported = ravenstack.type("import", str(outside("ravenstack")), "--json").json
    card = str(ravenstack.folder / "card.yaml")
    run = ravenstack.type("score", "--as-of", "2025-01-01", "--card", card, "--json").json
    assert (imported["received"], imported["accepted"], imported["rejected"]) == (
        33_100,
        33_079,
        21,
    )
    assert run["accounts"] == 500
    assert run["without_score"] < 100
    rows = ravenstack.type("scores", "--draft", "--json").json
    assert len({row["account_id"] for row in rows}) == 500


def test_the_report_names_what_is_wrong_with_the_files(
    ravenstack: Terminal, tmp_path: Path
) -> None:
    again = Terminal(tmp_path / "again")
    shutil.copytree(ravenstack.folder, again.folder, ignore=shutil.ignore_patterns("data"))
    said = again.type("import", str(outside("ravenstack"))).out
    for sentence in (
        "21 conflicting id",
        "19,128 of 24,979 (77 %) usage events are dated before their contract line started",
        "1,077 of 2,000 (54 %) tickets were opened before their account started",
        "110 of 110 (100 %) accounts flagged as churned still have an active contract line",
        "277 of 390 (71 %) accounts not flagged as churned have a churn in `renewals`",
        "75 have one",
        "47 have one",
        "41 % of the rows in `tickets` have no `satisfaction`",
    ):
        assert sentence in said
