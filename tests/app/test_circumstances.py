"""This file holds that a judgement knows who was worked on and where a risk was open, as it was known then, and says so at the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from keepwell.app import actions, representations
from keepwell.app.installation import Installation
from keepwell.health.judge.judgement import Backtest
from tests.app.leavers import BEGAN, CARD, LEAVERS, LOADED, STAYERS, company, loaded
from tests.cast import ANA, Import
from tests.filled import filled_once
from tests.terminal import typed

# What is quiet is at risk: three in six accounts that left, and one in six of those that stayed, look healthy or not against that.
AT_RISK = CARD.replace("Amber, from: 30", "Amber, from: 50")


def load(installation: Installation, brought: Import, at: datetime = LOADED) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


@pytest.fixture
@filled_once
def known(installation: Installation) -> Installation:
    return loaded(installation, company(BEGAN))


def judged(installation: Installation) -> Backtest:
    found = actions.backtests.run(
        installation=installation, by=ANA, text=AT_RISK, file="card.yaml", draws=10
    )
    return found.backtest


def test_accounts_in_a_play_are_told_apart(known: Installation) -> None:
    before = judged(known)
    assert before.treated is None
    alone = {each.account_id for each in before.false_alarms}
    assert alone == {f"S-{nth}" for nth in range(0, STAYERS, 6)}
    plays = Import(since=BEGAN, on_load=BEGAN)
    plays.rows("treatments", *(
        {"id": f"P-{name}", "account_id": name, "starts_on": date(2025, 2, 1), "ends_on": date(2026, 5, 1), "kind": "executive call", "given_by": "ana"}
        for name in ("S-0", "S-6", "L-1")
    ))  # fmt: skip
    load(known, plays)
    after = judged(known)
    found = after.treated
    assert found is not None
    assert (found.treated_accounts, found.rescued, found.treated_left) == (3, 2, 1)
    assert dict(found.plays) == {"executive call": found.treated_calls}
    assert {each.account_id for each in after.false_alarms} == alone - {"S-0", "S-6"}
    assert after.alarms is not None
    assert before.alarms is not None
    assert after.alarms.false_calls == before.alarms.false_calls - 2
    assert after.alarms.rescued == 2
    shown = representations.backtests.backtest(after)
    assert shown["treated"]["rescued"] == shown["alarms"]["rescued"] == 2
    card = known.folder / "card.yaml"
    card.write_text(AT_RISK, encoding="utf-8")
    said = typed("backtest", str(card), "--workspace", str(known.folder), columns="150")
    assert said.exit_code == 0, said.output
    assert "2 rescued by a play" in said.output
    assert "Accounts at risk, with and without a play" in said.output
    assert "was chosen, not drawn by lot" in said.output


def test_a_risk_that_was_open_then_was_no_surprise_though_it_was_closed_since(
    known: Installation,
) -> None:
    before = {each.account_id for each in judged(known).losses if each.is_blindsided}
    assert before == {f"L-{nth}" for nth in range(0, LEAVERS, 6)}

    def risks(installation: Installation, on_load: date, **more: object) -> None:
        brought = Import(since=BEGAN, on_load=on_load)
        rows = [{"id": f"R-{name}", "account_id": name, "opened_on": date(2025, 1, 15), "cause": "champion left", "owner": "ana", **more} for name in ("L-0", "L-6")]  # fmt: skip
        load(installation, brought.rows("risks", *rows))

    risks(known, date(2025, 1, 16))
    # The row that closes them came a year later: that they were open was known all the same.
    risks(known, date(2026, 1, 20), status="closed", closed_on=date(2026, 1, 19))
    found = judged(known)
    assert {each.account_id for each in found.losses if each.is_blindsided} == before - {"L-0", "L-6"}  # fmt: skip
    (loss,) = [each for each in found.losses if each.account_id == "L-0"]
    assert loss.open_risks == ("champion left",)
    said = typed("blindsided", "--quarter", "2025-Q3", "--workspace", str(known.folder), columns="150")  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "healthy with no open risk" in said.output
    assert "nothing in the data" in said.output


@pytest.mark.both_databases
def test_a_risk_that_was_written_down_later_was_not_known(known: Installation) -> None:
    late = Import(since=BEGAN, on_load=LOADED.date() - timedelta(30))
    late.rows("risks", {"id": "R", "account_id": "L-0", "opened_on": date(2025, 1, 15)})
    load(known, late)
    assert "L-0" in {each.account_id for each in judged(known).losses if each.is_blindsided}


SIZED = AT_RISK + (
    "  - {measure: size, table: accounts, take: latest employees, weight: 3, points: {worst: 0, best: 100}, missing: skip}\n"
    "rules:\n  - {cap: 20, when: size < 9, because: small}\n"
)


def of_today(is_dated: bool) -> Import:
    """Accounts with a number of people: ten of those that left, twenty of those that stayed; as their history, or as of today."""
    brought = company(BEGAN)
    brought.con.execute(
        "UPDATE stage_accounts SET employees = CASE WHEN account_id LIKE 'L%' THEN 10 ELSE 20 END"
    )
    if not is_dated:
        brought.tables = [
            replace(each, dated=each.table.name != "accounts") for each in brought.tables
        ]
    return brought


def test_what_reads_values_of_today_is_told_and_the_score_is_judged_without_it(
    installation: Installation,
) -> None:
    here = loaded(installation, of_today(is_dated=False))
    found = actions.backtests.run(installation=here, by=ANA, text=SIZED, file="sized.yaml", draws=50)  # fmt: skip
    told = found.backtest.without_history
    assert told is not None
    assert [(each.name, each.how, each.accounts) for each in told.reads.columns] == [
        ("accounts.employees", "backdated", LEAVERS + STAYERS)
    ]
    assert (told.reads.measures, told.reads.rules) == (("size",), ("small",))
    # The same as a card that was written without it.
    plain = actions.backtests.run(installation=here, by=ANA, text=AT_RISK, file="card.yaml", draws=50)  # fmt: skip
    assert plain.backtest.without_history is None
    assert told.auc == plain.backtest.lead(90).headline
    whole = found.backtest.lead(90).headline.value or 0.0
    assert told.difference is not None
    assert told.difference.value == pytest.approx(whole - (told.auc.value or 0.0))
    assert whole > 0.95  # which is what makes it worth a warning
    assert "without_history" in [each.code for each in found.backtest.warnings]
    shown = representations.backtests.backtest(found.backtest)["without_history"]
    assert shown["measures"] == ["size"]
    card = here.folder / "card.yaml"
    card.write_text(SIZED, encoding="utf-8")
    said = typed("backtest", str(card), "--workspace", str(here.folder), columns="150")
    assert "2 parts of the card read what has no history: `accounts.employees`." in said.output
    assert "Measures that read them: size." in said.output


def test_values_that_count_from_their_import_are_missing_before(installation: Installation) -> None:
    brought = of_today(is_dated=False)
    brought.con.execute(f"UPDATE stage_accounts SET valid_from = DATE '{LOADED.date()}', \"on\" = DATE '{LOADED.date()}'")  # fmt: skip
    here = loaded(installation, brought)
    found = actions.backtests.run(installation=here, by=ANA, text=SIZED, file="sized.yaml", draws=10)  # fmt: skip
    told = found.backtest.without_history
    assert told is not None
    assert [each.how for each in told.reads.columns] == ["imported"]
    assert told.auc is not None
    # Three quarters of the weight are missing in every month: too little for a score, but not for one without them.
    assert found.backtest.lead(90).headline.value is None
    assert told.auc.leavers == LEAVERS


def test_values_with_a_history_raise_no_warning(installation: Installation) -> None:
    here = loaded(installation, of_today(is_dated=True))
    found = actions.backtests.run(installation=here, by=ANA, text=SIZED, file="sized.yaml", draws=10)  # fmt: skip
    assert found.backtest.without_history is None
