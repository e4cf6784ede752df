"""This file tests which words of a filter are looked for, and what a filter can do without them."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check
from keepwell.health.checks.advice import words as advice
from keepwell.health.checks.evidence import Evidence
from keepwell.health.definition import grammar, word
from keepwell.health.definition.aggregation import Aggregation
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.window import Window
from keepwell.health.definition.word import Word
from tests.health.cards import CARD

UNSEEN = {Word("usage", "feature", text) for text in ("x", "y")} | {Word("usage", "product", "p")}


def measure(
    where: str = "", part: str = "", table: str = "usage", take: Aggregation = "count"
) -> Measure:
    read = [grammar.read(text, TABLES[table]) if text else None for text in (where, part)]
    return Measure("m", table, take, Linear(0, 9), Window(28), where=read[0], part=read[1])


@pytest.mark.parametrize(
    ("where", "can_be_met"),
    [
        ("", True), ("feature = x", False), ("feature = a", True), ("feature = p", True), ("product = p", False),
        ("feature in (x, y)", False), ("feature in (x, a)", True), ("feature = x or feature = y", False),
        ("feature = x or user = u", True), ("feature = x and user = u", False), ("feature = a and product = p", False),
        ("feature != x", True), ("feature not in (x, y)", True), ("not feature = x", True),
        ("not (feature != x)", True), ("not (not feature = x)", False), ("not (feature = x or user = u)", True),
        ("not (not feature = x or not user = u)", False), ("not (not feature = x and not user = u)", True),
        ("feature is missing", True), ("feature = x or feature is missing", True), ("quantity > 3", True),
    ],
)  # fmt: skip
def test_a_filter_can_be_met_unless_every_way_needs_an_unseen_word(
    where: str, can_be_met: bool
) -> None:
    assert word.can_be_met(measure(where), UNSEEN) == can_be_met


@pytest.mark.parametrize("take", ["count", "share"])
def test_what_is_counted_is_part_of_the_filter(take: Aggregation) -> None:
    assert not word.can_be_met(measure("user = u", "feature = x", take=take), UNSEEN)
    assert word.can_be_met(measure("user = u", "feature = a", take=take), UNSEEN)
    assert not word.can_be_met(measure("feature = x", "user = u", take=take), UNSEEN)


def listed(one: Measure) -> list[tuple[str, str, str]]:
    return [
        (field, each.column, each.text) for field, each in word.compared(one, TABLES[one.table])
    ]


def test_words_are_listed_with_the_field_in_which_they_stand() -> None:
    found = listed(measure("feature in (a, b) and not product = p", "person.role = boss"))
    assert found == [
        ("where", "feature", "a"), ("where", "feature", "b"), ("where", "product", "p"), ("take", "person.role", "boss")
    ]  # fmt: skip


def test_a_column_with_a_list_of_its_own_has_no_mistakes() -> None:
    """Of its table or of one that it points to: a card with any other word is not read."""
    assert listed(measure("priority = urgent and requester = ann", table="tickets")) == [
        ("where", "requester", "ann")
    ]
    assert TABLES["features"].column("rhythm").choices  # type: ignore[union-attr]
    assert listed(measure("feature.rhythm = daily and feature.product = Core")) == [
        ("where", "feature.product", "Core")
    ]


def test_numbers_days_and_flags_are_no_words() -> None:
    assert not listed(measure("quantity in (1, 2) and at > 2026-01-01 and feature.is_key"))


@pytest.mark.parametrize(
    ("existing", "told"),
    [
        ((("login", 900), ("Job board", 12), ("job bard", 1), ("jab bort", 3), ("job word", 2)),
         "Did you mean `Job board` (12 rows), `job word` (2 rows), `job bard` (1 row)?"),
        ((("JOB BORD", 1234), ("job Bord", 2)), "Did you mean `JOB BORD` (1,234 rows)?"),
        ((("login", 9), ("export", 4), ("b", 3), ("c", 2)), "It has `login` (9 rows), `export` (4 rows), `b` (3 rows)."),
        ((("job board", 0),), "Did you mean `job board` (0 rows)?"),
        ((), "No row has any word there; import some, or remove the measure until you can."),
    ],
)  # fmt: skip
def test_the_nearest_words_are_told_else_the_most_frequent(
    existing: tuple[tuple[str, int], ...], told: str
) -> None:
    assert advice.suggest("job bord", existing) == told


def test_each_word_is_told_once_at_its_own_field() -> None:
    text = CARD.replace("feature in (export, report)", "feature in (export, report, export)")
    unseen = {
        Word("usage", "feature", "export"): (("exports", 2),),
        Word("usage", "product", "Lab"): (),
    }
    faults = check.check(
        text, file="c.yaml", tables=TABLES, evidence=Evidence(unseen=unseen)
    ).faults
    told = [(each.line, each.path, each.got) for each in faults if each.code == "C805"]
    place = "adoption.key_features.where"
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "where:" in each)
    assert told == [(line, place, "export"), (line, place, "Lab")]
