"""This file tests what only shows when a card is seen as a whole; the tests of docs/checks.md try every code."""

from __future__ import annotations

from datetime import date

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check, codes
from keepwell.health.checks.advice import workspace
from keepwell.health.definition.document import Document
from tests.health.cards import CARD


def checked(text: str) -> Document:
    return check.check(text, file="card.yaml", tables=TABLES)


def errors(text: str) -> list[str]:
    """The errors, without advice."""
    return [
        f"{fault.code} {fault.line} {fault.path}"
        for fault in checked(text).faults
        if fault.is_error
    ]


def test_a_card_stands_whatever_the_advice() -> None:
    document = checked(
        CARD.replace("    indicator: lagging\n", "").replace(
            "least_coverage: 50 %", "least_coverage: 0"
        )
    )
    assert {"C901", "C902"} <= {fault.code for fault in document.faults}
    assert document.definition is not None
    assert errors(CARD) == []


def test_a_group_of_zero_weights_is_a_fault() -> None:
    text = CARD.replace("        weight: 2\n", "        weight: 0\n").replace(
        "weight: 1   #", "weight: 0   #"
    )
    assert errors(text) == ["C309 10 adoption"]
    assert checked(text).definition is None


def test_carrying_for_less_than_a_week_is_a_fault() -> None:
    assert errors(CARD.replace("carry 56 days", "carry 6 days")) == [
        "C310 14 adoption.seats_in_use.missing"
    ]
    assert errors(CARD.replace("carry 56 days", "carry 7 days")) == []


def test_where_there_is_a_fault_advice_waits() -> None:
    faults = checked(CARD.replace("carry 56 days", "carry 6 days")).faults
    assert [fault.code for fault in faults] == ["C310"]


def test_faults_come_in_the_order_of_the_lines() -> None:
    text = (
        CARD.replace("least_coverage: 50 %", "least_coverage: 5")
        .replace("missing: neutral", "missing: no")
        .replace("name: our-card", "name: A")
    )
    assert [fault.line for fault in checked(text).faults] == [3, 5, 39]


def test_advice_stands_at_the_line_of_its_field() -> None:
    lines = {
        fault.code: fault.line
        for fault in checked(CARD.replace("window: 4 weeks", "window: 300 days")).faults
    }
    assert CARD.splitlines()[lines["C621"] - 1].strip() == "window: 4 weeks"


def test_a_golden_rule_holds_until_something_is_found_against_it() -> None:
    faults = checked(CARD).faults
    assert {fault.code for fault in faults} == {"C631", "C641", "C731", "C735", "C736"}
    assert codes.rules_that_hold(faults) == ("inclusive", "timely")
    assert codes.mistakes_made(faults) == (
        "one generic definition",
        "easy, not meaningful",
        "no playbooks",
    )
    assert (codes.rules_that_hold(()), codes.mistakes_made(())) == (tuple(codes.RULES), ())


def test_every_golden_rule_and_every_mistake_can_be_found() -> None:
    assert {each.rule for each in codes.ADVICE.values()} == {*codes.RULES, None}
    assert {each.mistake for each in codes.ADVICE.values()} == {*codes.MISTAKES, None}
    assert {each.heading for each in codes.ADVICE.values()} <= set(codes.HEADINGS)


def test_a_card_says_itself_how_often_it_may_be_changed() -> None:
    days = (date(2026, 1, 1), date(2026, 2, 1))
    usual, quick = (
        checked(CARD),
        checked(CARD.replace("bands:\n", "review_every: 4 weeks\nbands:\n")),
    )
    assert usual.definition is not None
    assert quick.definition is not None
    assert all(
        part in workspace.changed_too_soon(usual.definition, days) for part in ("182", "2", "31")
    )
    assert workspace.changed_too_soon(quick.definition, days) == ""
    assert workspace.changed_too_soon(usual.definition, days[:1]) == ""
