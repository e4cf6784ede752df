"""This file tests the ready cards: each is in order, and is for the business that it says it is for."""

from __future__ import annotations

from importlib import resources

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health import cards
from keepwell.health.checks import check
from keepwell.health.definition.scorecard import Definition, Group, nominal_shares
from keepwell.health.definition.segment import variants


def ready(name: str) -> Definition:
    checked = check.check(cards.ready(name), file=f"{name}.yaml", tables=TABLES)
    assert checked.definition is not None, [str(fault) for fault in checked.faults]
    return checked.definition


def test_every_card_in_the_room_is_one_of_the_names() -> None:
    lying = {
        each.name.removesuffix(".yaml")
        for each in resources.files(cards).iterdir()
        if each.name.endswith(".yaml")
    }
    assert lying == set(cards.NAMES)


@pytest.mark.parametrize("name", cards.NAMES)
def test_every_card_is_in_order_and_is_named_as_it_is_asked_for(name: str) -> None:
    assert ready(name).name == name


@pytest.mark.parametrize("name", cards.NAMES)
def test_every_measure_says_why_it_is_there_and_when_it_tells(name: str) -> None:
    for leaf in ready(name).leaves:
        assert leaf.measure.why, leaf.name
        assert leaf.measure.is_leading is not None, leaf.name
        assert leaf.policy == "skip", "what is absent gives its weight away"


@pytest.mark.parametrize("name", cards.NAMES)
def test_a_check_has_nothing_to_say_but_that_an_enterprise_needs_more_than_eight_measures(
    name: str,
) -> None:
    checked = check.check(cards.ready(name), file=f"{name}.yaml", tables=TABLES)
    assert {fault.code for fault in checked.faults} == ({"C903"} if name == "enterprise" else set())


@pytest.mark.parametrize("name", cards.NAMES)
def test_every_leading_measure_says_what_to_do(name: str) -> None:
    assert [
        leaf.name
        for leaf in ready(name).leaves
        if leaf.measure.is_leading and not leaf.measure.playbook
    ] == []


@pytest.mark.parametrize("name", cards.NAMES)
def test_no_card_hangs_on_one_table(name: str) -> None:
    for variant in variants(ready(name)):
        shares = nominal_shares(variant.definition.root)
        tables = [leaf.measure.table for leaf in ready(name).leaves]
        by_table = dict.fromkeys(tables, 0.0)
        for (_, share), table in zip(shares.items(), tables, strict=True):
            by_table[table] += share
        assert max(by_table.values()) <= 0.75, (name, variant.segment)


def test_the_first_card_of_a_young_company_is_short_and_compares_nobody() -> None:
    young = ready("early-startup")
    assert len(young.measures) <= 8
    assert "Peers" not in {type(measure.scale).__name__ for measure in young.measures}
    assert nominal_shares(young.root)["contact.pulse"] == pytest.approx(0.2)


def test_a_large_account_is_as_well_as_its_weakest_product() -> None:
    products = ready("enterprise").root.children[0]
    assert isinstance(products, Group)
    assert products.combine == "lowest"
    assert len(products.children) >= 2


def test_a_card_for_services_reads_no_usage_and_more_from_systems_than_from_hands() -> None:
    services = ready("service-heavy")
    assert "usage" not in {measure.table for measure in services.measures}
    assert {measure.per for measure in services.measures} == {None}
    shares = nominal_shares(services.root)
    by_hand = [
        share
        for share, leaf in zip(shares.values(), services.leaves, strict=True)
        if leaf.measure.is_manual
    ]
    assert sum(by_hand) < 0.5


def test_a_card_for_consumption_knows_no_seats_and_weighs_the_own_past_most() -> None:
    consumption = ready("consumption")
    assert {measure.per for measure in consumption.measures} == {None}
    shares = nominal_shares(consumption.root)
    assert max(shares, key=lambda path: shares[path]) == "consumption.quantity_to_own_past"
