"""This file tests that the known faults of a public set of messy exports are found, each with its exact count."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from keepwell.facts import data_warnings
from keepwell.facts.data_warnings import DataWarning
from tests.facts.harness import Staged, stage
from tests.outside import ROOT, outside

MAPPING = ROOT / "examples/ravenstack/mapping.yaml"
AT = datetime(2025, 1, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def staged() -> Staged:
    folder = outside("ravenstack")
    return stage(folder, MAPPING.read_text(encoding="utf-8"), accounts=(), currency="USD", at=AT)


@pytest.fixture(scope="module")
def warnings(staged: Staged) -> dict[tuple[str, str], DataWarning]:
    views = {each.table.name: each.relation for each in staged.stage.tables}
    found = data_warnings.find(staged.con, views, day=date(2025, 1, 1), feeds=staged.stage.feeds)
    return {(warning.code, warning.table): warning for warning in found}


def test_every_row_of_the_five_files_is_staged(staged: Staged) -> None:
    counts = {source.table: (source.received, source.rejected) for source in staged.stage.sources}
    assert counts == {
        "accounts": (500, 0),
        "contracts": (5000, 0),
        "usage": (25000, 0),
        "tickets": (2000, 0),
        "renewals": (600, 0),
    }


def test_dates_are_read_day_first(staged: Staged) -> None:
    first = staged.rows("id, starts_on, ends_on", "contracts")[0]
    assert first == ("S-8cec59", date(2023, 12, 23), date(2024, 4, 12))
    span = staged.con.execute('SELECT min("on"), max("on") FROM stage_usage').fetchall()
    assert span == [(date(2023, 1, 1), date(2024, 12, 31))]


def test_21_usage_ids_are_there_twice(staged: Staged) -> None:
    twice = staged.con.execute("SELECT count(*) - count(DISTINCT id) FROM stage_usage").fetchall()
    assert twice == [(21,)]


def test_usage_gets_its_account_from_its_subscription(staged: Staged) -> None:
    wrong = """
        SELECT count(*) FROM stage_usage AS used JOIN stage_contracts AS line ON line.id = used.contract_id
        WHERE line.account_id <> used.account_id
    """
    assert staged.con.execute(wrong).fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("code", "table", "count", "of"),
    [
        ("churned_but_running", "accounts", 110, 110),
        ("churned_without_decision", "accounts", 110 - 75, 110),
        ("decision_without_churned", "accounts", 277, 390),
        ("decision_without_end", "renewals", 600 - 47, 600),
        ("usage_before_contract", "usage", 19142, 25000),
        ("tickets_before_account", "tickets", 1077, 2000),
        ("mostly_empty", "tickets", 825, 2000),
    ],
)
def test_the_known_faults_are_counted_exactly(
    warnings: dict[tuple[str, str], DataWarning], code: str, table: str, count: int, of: int
) -> None:
    found = warnings[code, table]
    assert (found.count, found.of) == (count, of)


def test_each_is_one_sentence(warnings: dict[tuple[str, str], DataWarning]) -> None:
    sentences = {warning.sentence for warning in warnings.values()}
    assert sentences >= {
        "110 of 110 (100 %) accounts flagged as churned still have an active contract line.",
        "35 of 110 (32 %) accounts flagged as churned have no churn in `renewals`; 75 have one.",
        "277 of 390 (71 %) accounts not flagged as churned have a churn in `renewals`.",
        "553 of 600 (92 %) churn decisions have no contract line that ends within 7 days; 47 have one.",
        "19,142 of 25,000 (77 %) usage events are dated before their contract line started.",
        "1,077 of 2,000 (54 %) tickets were opened before their account started.",
        "41 % of the rows in `tickets` have no `satisfaction` (825 of 2,000).",
    }


def test_the_history_is_known_a_day_later(staged: Staged) -> None:
    late = staged.con.execute(
        'SELECT count(*) FROM stage_usage WHERE known_on <> "on" + 1'
    ).fetchall()
    assert late == [(0,)]
