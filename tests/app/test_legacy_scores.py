"""This file holds that the scores of another tool are judged beside a card, by what was known of them then."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from keepwell.app import actions, representations
from keepwell.app.actions.legacy_scores import NoLegacy
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from tests.app.leavers import BEGAN, LEAVERS, LOADED, STAYERS, company, loaded
from tests.cast import ANA, Import
from tests.filled import filled_once
from tests.terminal import typed

NAMES = [f"L-{nth}" for nth in range(LEAVERS)] + [f"S-{nth}" for nth in range(STAYERS)]
MONTHS = [datetime(2025, month, 20, 9) for month in range(1, 13)]


def readings(name: str, on_load: date = BEGAN) -> Import:
    """Each month another tool's score of every account but S-0: it knows who leaves."""
    brought = Import(since=BEGAN, on_load=on_load)
    rows = [
        {"id": f"{name}-{account}-{at:%m}", "account_id": account, "at": at, "name": name, "value": 10 + at.month if account[0] == "L" else 90}
        for account in NAMES
        if account != "S-0"
        for at in MONTHS
    ]  # fmt: skip
    return brought.rows("readings", *rows)


def load(installation: Installation, brought: Import) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=LOADED)


@pytest.fixture
@filled_once
def known(installation: Installation) -> Installation:
    here = loaded(installation, company(BEGAN))
    load(here, readings("old_score"))
    return here


def judged(installation: Installation, legacy: str) -> Judged:
    return actions.backtests.run(installation=installation, by=ANA, draws=50, legacy=legacy)


@pytest.mark.both_databases
def test_what_knows_more_than_the_card_is_told_to(known: Installation) -> None:
    found = judged(known, "readings.value where name = old_score").backtest.legacy
    assert found is not None
    assert found.theirs.value == 1.0
    assert found.ours.value is not None
    assert found.difference.value == pytest.approx(found.ours.value - 1.0)
    assert (found.difference.high or 0.0) < 0
    assert (
        found.known == found.ours.rows < found.rows
    )  # S-0 has none; in February's first there are those of January
    assert found.ours.stayers == STAYERS - 1


def test_rows_of_another_name_are_not_meant(known: Installation) -> None:
    found = judged(known, "readings.value where name = other").backtest.legacy
    assert found is not None
    assert (found.known, found.theirs.value) == (0, None)


def test_what_was_imported_later_was_not_known(known: Installation) -> None:
    load(known, readings("late", on_load=LOADED.date()))
    legacy = "readings.value where name = late"
    found = judged(known, legacy).backtest.legacy
    assert found is not None
    assert found.known == 0
    again = actions.backtests.run(installation=known, by=ANA, draws=10, legacy=legacy, made="happened")  # fmt: skip
    assert again.backtest.legacy is not None
    assert again.backtest.legacy.known > 0


@pytest.mark.parametrize(
    ("legacy", "said"),
    [("reading.value", "readings"), ("readings.name", "value"), ("readings", "value"), ("readings.value where nam = a", "name")],
)  # fmt: skip
def test_what_is_no_column_with_numbers_is_told_with_a_way_out(
    known: Installation, legacy: str, said: str
) -> None:
    with pytest.raises(NoLegacy) as caught:
        judged(known, legacy)
    assert said in str(caught.value)


def test_both_are_shown(known: Installation) -> None:
    legacy = "readings.value where name = old_score"
    shown = representations.backtests.judged(judged(known, legacy))["legacy"]
    assert (shown["scores"], shown["auc"]["value"]) == (legacy, 1.0)
    said = typed("backtest", "--legacy", legacy, "--workspace", str(known.folder), columns="150")
    assert said.exit_code == 0, said.output
    assert f"Beside {legacy}" in said.output
    assert "above 0 this card is better" in said.output
