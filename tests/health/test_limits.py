"""This file tests that a card has an end: of its texts, its characters and its entries."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check
from keepwell.health.definition import document, limit, segment, size
from tests.drills import hostile_words
from tests.drills.hostile_words import card, measure


def faults(text: bytes) -> list[str]:
    read = check.check(text.decode("utf-8"), file="card.yaml", tables=TABLES, with_advice=False)
    return [str(fault) for fault in read.faults]


@pytest.mark.parametrize("escape", ["\\ud800", "\\udc80", "\\0", "\\x00"])
@pytest.mark.parametrize(
    "more",
    [
        'title: "a{}"',
        '"{}": 1',
        'rules: [{{cap: 5, when: uses > 1, because: "{}"}}]',
        "accounts: [{{account: \"{}\", because: x}}]",
        "segments: [{{segment: s, when: \"industry = 'a{}'\"}}]",
    ],
)  # fmt: skip
def test_a_character_that_cannot_be_stored_is_a_fault_with_its_line(escape: str, more: str) -> None:
    text = card(more=more.format(escape) + "\n")
    line = text.decode().count("\n")
    said = f"card.yaml:{line}: a character that cannot be stored (U+"
    assert [fault.replace(" :", ":").startswith(said) for fault in faults(text)] == [True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (card(more=f"title: {'x' * 2001}\n"), "title: is longer than 2,000 characters"),
        (card(measure(why="x" * 2001)), "uses.why: is longer than 2,000 characters"),
        (card().replace(b"Green", b"G" * 61), "bands[0].name: is longer than 60 characters"),
        (card(more=f"accounts: [{{account: {'A' * 201}, because: x}}]\n"), "accounts[0].account: is longer than 200"),
        (card(measure(where="x" * 2001)), "uses.where: is longer than 2,000 characters"),
    ],
)  # fmt: skip
def test_a_text_that_is_too_long_is_a_fault(text: bytes, says: str) -> None:
    assert [fault for fault in faults(text) if says in fault] == faults(text)[:1]


def many(count: int, line: str) -> str:
    return "".join(line.format(nth) for nth in range(count))


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda over: card("".join(measure(f"m{nth}") for nth in range(limit.MEASURES + over))), "measures"),
        (lambda over: card(more="rules:\n" + many(limit.RULES + over, "  - {{cap: 5, when: uses > {}, because: x}}\n")), "rules"),
        (lambda over: card(more="segments:\n" + many(limit.SEGMENTS + over, "  - {{segment: s{0}, when: employees > {0}}}\n")), "segments"),
        (lambda over: card(more="accounts:\n" + many(limit.EXEMPTIONS + over, "  - {{account: A-{}, because: x}}\n")), "accounts"),
        (lambda over: card(more="outcomes:\n" + many(limit.OUTCOMES + over, "  - {{outcome: o{}, because: x}}\n")), "outcomes"),
        (lambda over: card(measure(points="{steps: [" + many(limit.ENTRIES + over, "{{below: {}, points: 1}}, ") + "{otherwise: 0}]}")), "steps or categories"),
        (lambda over: card(more="accounts:\n" + many(limit.SCALES + over, "  - {{account: A-{}, because: x, points: {{uses: {{worst: 0, best: 1}}}}}}\n")), "accounts|scales"),
        (lambda over: card(measure(window="1 day", points="{baseline: 3660 days, worst: 0, best: 1}", missing=f"carry {7 + 7 * over} days")), "windows of the past"),
        (lambda over: card("".join(measure(f"m{nth}", where=f"quantity in ({','.join(['1'] * 500)})") for nth in range(10 + over))), "tests"),
    ],
    ids=["measures", "rules", "segments", "accounts", "outcomes", "steps", "scales", "past", "tests"],
)  # fmt: skip
def test_a_card_has_as_many_of_everything_as_its_limit_says_and_no_more(
    made: object, what: str
) -> None:
    assert callable(made)
    assert faults(made(0)) == []
    assert any("; the limit is" in fault and any(w in fault for w in what.split("|")) for fault in faults(made(1)))  # fmt: skip


def test_every_measure_that_some_account_can_have_is_found_without_making_every_card() -> None:
    more = (
        "segments:\n"
        + many(3, "  - {{segment: s{0}, when: employees > {0}, points: {{uses: {{worst: 0, best: {0}5}}}}}}\n")
        + "accounts:\n"
        + many(3, "  - {{account: A-{0}, because: x, points: {{calls: {{worst: {0}, best: 99}}}}}}\n")
    )  # fmt: skip
    read = document.read(card(measure() + measure("calls"), more).decode(), file="c", tables=TABLES)
    assert read.definition
    every = {
        (leaf.measure)
        for each in segment.variants(read.definition)
        for leaf in each.definition.leaves
    }
    assert {leaf.measure for _, leaf in segment.leaves(read.definition)} == every


def test_no_real_card_comes_near_a_limit() -> None:
    from keepwell.health import cards

    for name in cards.NAMES:
        read = document.read(cards.ready(name), file=name, tables=TABLES)
        assert read.definition
        assert list(size.excesses(read.definition)) == []


def test_a_scale_needs_a_way_from_worst_to_best_that_can_be_divided_by() -> None:
    near = hostile_words.card(measure(points="{worst: 1, best: 1.0000000000000002}"))
    assert ["is too near to worst: `1`. Set" in fault for fault in faults(near)] == [True]
