"""This file tests what only shows when a card is seen as a whole."""

from __future__ import annotations

from keepwell.facts.schema import TABLES
from keepwell.health.spec import check
from tests.unit.cards import CARD


def said(text: str) -> list[str]:
    return [
        f"{fault.code} {fault.line} {fault.path}" for fault in check.check(text, file="card.yaml", tables=TABLES).faults
    ]


def test_a_sound_card_stands_without_a_word() -> None:
    checked = check.check(CARD, file="card.yaml", tables=TABLES)
    assert (checked.definition is not None, checked.faults) == (True, ())


def test_a_group_of_zero_weights_is_a_fault() -> None:
    text = CARD.replace("        weight: 2\n", "        weight: 0\n").replace("weight: 1   #", "weight: 0   #")
    assert said(text) == ["C309 10 adoption"]
    assert check.check(text, file="card.yaml", tables=TABLES).definition is None


def test_carrying_for_less_than_a_week_is_a_fault() -> None:
    assert said(CARD.replace("carry 56 days", "carry 6 days")) == ["C310 14 adoption.seats_in_use.missing"]
    assert said(CARD.replace("carry 56 days", "carry 7 days")) == []


def test_advice_does_not_keep_a_card_from_standing() -> None:
    text = CARD.replace("    indicator: lagging\n", "").replace("least_coverage: 50 %", "least_coverage: 0")
    checked = check.check(text, file="card.yaml", tables=TABLES)
    assert [fault.code for fault in checked.faults if not fault.is_error] == ["C902", "C901"]
    assert checked.definition is not None


def test_faults_come_in_the_order_of_the_lines() -> None:
    text = (
        CARD.replace("least_coverage: 50 %", "least_coverage: 5")
        .replace("missing: neutral", "missing: no")
        .replace("name: our-card", "name: A")
    )
    assert [fault.line for fault in check.check(text, file="card.yaml", tables=TABLES).faults] == [3, 5, 39]
