"""This file judges cards by data that others made and whose truth is known: nothing to find, and a little."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.outside import ROOT, outside

# Events by account, day and feature, of the whole history; what they say of one quarter user by user is another example.
DAILY = """
  - file: event_daily.parquet
    table: usage
    feed: {name: product, covers: all, since: 2022-01-01, expected_every: 2 days, lag: 1 day, through: 2023-06-30}
    fields:
      id: {make: [account_id, day, event_type_id]}
      account_id: account_id
      at: day
      feature: {column: event_type_id, lookup: {file: event_type.csv, match: event_type_id, take: event_type_name}}
      quantity: n
"""
# What a CRM is bought for, by those who pay for it.
CARD = """\
keepwell: 1
name: selling
least_coverage: 50 %
bands:
  - {name: Green, from: 70, means: healthy}
  - {name: Amber, from: 40, means: watch}
  - {name: Red, from: 0, means: at risk}
health:
  - {measure: opportunities_a_seat, table: usage, where: feature = create_opportunity, take: sum quantity, window: 28 days, per: seat,
     points: {worst: 0, best: 10}, weight: 1, missing: skip}
  - {measure: quotes_a_seat, table: usage, where: feature = quote, take: sum quantity, window: 28 days, per: seat,
     points: {worst: 0, best: 4}, weight: 1, missing: skip}
"""


def example(name: str, folder: Path) -> Terminal:
    outside({"churnsim": "churnsim_crm5"}.get(name, name))
    shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("data"))
    return Terminal(folder)


def at_90_days(judged: Any) -> Any:
    (lead,) = (each for each in judged["leads"] if each["days"] == 90)
    return lead["auc"]


@pytest.fixture(scope="module")
def ravenstack(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A company whose use, tickets and contracts say nothing of who leaves, imported with its list of those that did."""
    here = example("ravenstack", tmp_path_factory.mktemp("judged") / "ravenstack")
    assert here.type("import", str(outside("ravenstack"))).code == 0
    return here


def test_contracts_that_nobody_leaves_are_too_few_and_give_no_figure(ravenstack: Terminal) -> None:
    card = str(ravenstack.folder / "card.yaml")
    found = ravenstack.type("backtest", card, "--json").json
    assert found["verdict"]["code"] == "too_few"
    assert found["verdict"]["numbers"]["leavers"] == 0
    said = ravenstack.type("backtest", card).out
    assert "0 leavers, 305 stayers: too few." in said.splitlines()[0]
    head = next(nth for nth, line in enumerate(said.splitlines()) if line.startswith("Days before"))
    leads = said.splitlines()[head + 1 : head + 5]
    assert [line.split()[0] for line in leads] == ["30", "60", "90", "180"]
    assert all(line.count("too few") == 2 for line in leads)
    assert "At risk then" not in said  # nobody who left had been healthy: no list of them


def test_a_list_of_losses_that_nothing_foretells_is_not_foretold(ravenstack: Terminal) -> None:
    words = ("backtest", str(ravenstack.folder / "card.yaml"), "--outcome", "renewals where movement = churn")  # fmt: skip
    found = ravenstack.type(*words, "--json").json
    headline = at_90_days(found)
    assert headline["leavers"] > 100
    assert headline["value"] == pytest.approx(0.5, abs=0.06)
    assert headline["low"] < 0.5 < headline["high"]
    assert found["verdict"]["code"] in ("not_predictive", "cannot_tell_yet")
    # Nearly half of those that left had no score, and that is said.
    assert [each["code"] for each in found["warnings"]] == ["unscored"]
    assert "not predictive. The score does not tell who leaves." in ravenstack.type(*words).out


def test_a_simulated_crm_company_is_foretold_a_little(tmp_path: Path) -> None:
    """Most of its losses are random by design: whoever knows all of its use gets about .60."""
    here = example("churnsim", tmp_path / "churnsim")
    mapping = here.folder / "mapping.yaml"
    upto_usage = mapping.read_text().split("  - file: event_type.csv")[0]
    mapping.write_text(upto_usage + DAILY)
    (here.folder / "selling.yaml").write_text(CARD)
    imported = here.type("import", str(outside("churnsim_crm5")), "--json").json
    assert (imported["received"], imported["rejected"]) == (829 + 20_499 + 690_944, 0)
    found = here.type("backtest", str(here.folder / "selling.yaml"), "--json").json
    headline = at_90_days(found)
    assert 0.55 <= headline["value"] <= 0.62
    assert headline["leavers"] > 100
    assert headline["high"] < 0.65
    expected = "a_little" if headline["low"] > 0.5 else "not_predictive"
    assert found["verdict"]["code"] == expected
    assert "leak" not in [each["code"] for each in found["warnings"]]
