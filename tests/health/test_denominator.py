"""This file tests how a card says what a measure is divided by, and how that is read, rejected and written."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document, grammar
from keepwell.health.definition.denominator import Denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.explain import card_differences, prose, reading
from tests.health.cards import CARD

CALLS = grammar.read("unit = call and product = Core", TABLES["contracts"])


def read(
    *lines: str, take: str = "distinct user", window: str = "4 weeks", table: str = "usage"
) -> document.Document:
    written = "\n        ".join(lines)
    text = CARD.replace("per: seat", written, 1).replace("window: 4 weeks", f"window: {window}", 1)
    text = text.replace("take: distinct user", f"take: {take}", 1).replace(
        "table: usage", f"table: {table}", 1
    )
    return document.read(text, file="card.yaml", tables=TABLES)


def measure(
    *lines: str, take: str = "distinct user", window: str = "4 weeks", table: str = "usage"
) -> Measure:
    found = read(*lines, take=take, window=window, table=table)
    assert found.definition is not None, [str(fault) for fault in found.faults]
    return found.definition.measures[0]


@pytest.mark.parametrize(
    ("lines", "per"),
    [
        (("per: feature",), Denominator("feature")),
        (("per: key feature",), Denominator("key feature")),
        (("per: fee",), Denominator("fee")),
        (("per: units  where unit = call and product = Core",), Denominator("units", CALLS)),
        (("per: seat", "grace: 30 days"), Denominator("seat", None, 30)),
        (
            ("grace: 4 weeks", "per: units where unit = call and product = Core"),
            Denominator("units", CALLS, 28),
        ),
    ],
)
def test_what_is_divided_by_is_read_and_written_back(
    lines: tuple[str, ...], per: Denominator
) -> None:
    found = read(*lines)
    assert found.definition is not None, [str(fault) for fault in found.faults]
    assert found.definition.measures[0].per == per
    again = document.read(document.write(found.definition), file="card.yaml", tables=TABLES)
    assert again.definition == found.definition


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("per: units",), ("C104", 18, "per", "units")),
        (("per: key feture",), ("C104", 18, "per", "key feture")),
        (("per: units where unt = call",), ("C209", 18, "per", "unt")),
        (("per: seat", "grace: now"), ("C110", 19, "grace", "now")),
        (("per: seat", "grace: 0 days"), ("C110", 19, "grace", "0 days")),
        (("per: active user", "grace: 30 days"), ("C231", 19, "grace", "")),
        (("grace: 30 days",), ("C231", 18, "grace", "")),
    ],
)
def test_what_cannot_be_divided_by_is_found(
    lines: tuple[str, ...], fault: tuple[object, ...]
) -> None:
    (found,) = read(*lines).faults
    name = found.path.removeprefix("adoption.seats_in_use.")
    assert (found.code, found.line, name, found.got) == fault


def test_fees_are_those_of_a_window_of_days() -> None:
    for window in ("now", "rhythm or 28 days"):
        found = read(
            "per: fee",
            window=window,
            table="contracts" if window == "now" else "usage",
            take="count",
        )
        assert [fault.code for fault in found.faults] == ["C232"]
    assert measure("per: fee", window="all", take="count").per == Denominator("fee")


def test_the_latest_of_a_number_is_divided_and_a_category_is_not() -> None:
    assert measure("per: seat", table="readings", take="latest value").per == Denominator("seat")
    found = read("per: seat", table="pulses", take="latest pulse")
    assert "C214" in [fault.code for fault in found.faults]


@pytest.mark.parametrize(
    ("lines", "take", "unit"),
    [
        (("per: seat",), "distinct user", "%"),
        (("per: units where unit = call",), "sum quantity", "%"),
        (("per: key feature",), "distinct feature", "%"),
        (("per: feature",), "count", "uses per feature"),
        (("per: fee",), "sum quantity", "times the fee"),
        (("per: fee",), "growth of sum quantity", "%"),
        (("per: fee", "unit: calls"), "sum quantity", "calls"),
        (("per: active user",), "count", "uses per active user"),
        (("per: seat",), "count", "uses per seat"),
        (("per: seat",), "sum quantity", "uses per seat"),
        (("per: seat",), "max quantity", "uses per seat"),
        (("per: seat", "unit: calls"), "sum quantity", "calls per seat"),
        (("per: seat", "unit: calls per desk"), "sum quantity", "calls per desk"),
        (("per: seat",), "distinct feature", "features per seat"),
        (("per: feature",), "distinct user", "users per feature"),
        (("per: active user",), "distinct feature", "features per active user"),
        (("per: active user",), "active days", "days per active user"),
    ],
)
def test_a_number_has_the_unit_of_what_it_is_divided_by(
    lines: tuple[str, ...], take: str, unit: str
) -> None:
    found = reading.of_measure(measure(*lines, take=take), 0.5, None, None)
    assert ("%" if found.is_percent else found.unit) == unit


@pytest.mark.parametrize(
    ("table", "line", "take", "unit"),
    [
        ("tickets", "per: seat", "count", "tickets per seat"),
        ("tickets", "per: seat", "mean hours from at to resolved_at", "hours per seat"),
        ("tickets", "per: units where unit = call", "count", "tickets per unit"),
        ("readings", "per: seat", "latest value", "value per seat"),
        ("readings", "per: units where unit = GB", "latest value", "%"),
        ("invoices", "per: active user", "sum amount", "amount per active user"),
        ("outcomes", "per: seat", "max progress of value from baseline to target", "progress per seat"),
    ],
)  # fmt: skip
def test_a_number_of_other_tables_says_what_there_is_of_each(
    table: str, line: str, take: str, unit: str
) -> None:
    found = reading.of_measure(measure(line, table=table, take=take), 0.5, None, None)
    assert ("%" if found.is_percent else found.unit) == unit


@pytest.mark.parametrize(
    ("table", "lines", "take", "text"),
    [
        ("readings", ('unit: "%"',), "latest value", "66 %"),
        ("readings", ('unit: "%"', "per: seat"), "latest value", "6550 %"),
        ("usage", ('unit: "%"', "per: seat"), "distinct user", "6550 %"),
        ("outcomes", ('unit: "% of the way"',), "mean progress", "66 % of the way"),
    ],
)
def test_a_column_of_percents_is_no_share_of_one(
    table: str, lines: tuple[str, ...], take: str, text: str
) -> None:
    found = reading.of_measure(measure(*lines, table=table, take=take), 65.5, None, None)
    assert prose.value(found) == text


def test_a_difference_of_points_is_in_percent_where_the_number_is() -> None:
    for line, is_percent in (("per: key feature", True), ("per: fee", False)):
        before = read(line, take="distinct feature").definition
        assert before is not None
        text = document.write(before).replace("best: 0.8", "best: 0.6", 1)
        after = document.read(text, file="card.yaml", tables=TABLES).definition
        assert after is not None
        (found,) = card_differences.between(before, after)
        assert found.after
        assert found.after.is_percent == is_percent


def test_a_difference_carries_what_a_measure_is_divided_by() -> None:
    plain, graced = (
        read("per: seat").definition,
        read("per: units where unit = call", "grace: 30 days").definition,
    )
    assert plain is not None
    assert graced is not None
    assert [
        (each.field, each.before and each.before.value, each.after and each.after.value)
        for each in card_differences.between(plain, graced)
    ] == [("per", "seat", "units where unit = 'call'"), ("grace", None, "30 days")]
