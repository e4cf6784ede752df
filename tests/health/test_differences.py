"""This file holds which differences between two cards are found, and what each carries."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.cards import ready
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.explain import card_differences
from keepwell.health.explain.card_difference import Difference, Given, in_fields

READY = ready("b2b-saas").partition("\nsegments:")[0]  # the tests write segments of their own
RULE = "rules:\n  - {cap: 49, when: sponsor < 1, because: Nobody there.}\n"
SEGMENT = (
    "segments:\n  - segment: large\n    when: employees >= 500\n    weights: {usage: 50}\n"
    "    points: {usage.seats_in_use: {worst: 30 %, best: 90 %}}\n"
)
BOTH = "segments:\n  - {segment: large, when: employees >= 500}\n  - {segment: young, when: started_on > as_of - 90}\n"
OTHER_WAY = "segments:\n  - {segment: young, when: started_on > as_of - 90}\n  - {segment: large, when: employees >= 500}\n"


def card(*changes: tuple[str, str], below: str = "") -> Definition:
    text = READY
    for old, new in changes:
        assert old in text, f"the ready card says no {old!r}"
        text = text.replace(old, new, 1)
    read = document.read(text.rstrip("\n") + "\n" + below, file="card.yaml", tables=TABLES)
    assert read.definition is not None, read.faults
    return read.definition


def between(before: Definition, after: Definition) -> list[Difference]:
    return list(card_differences.between(before, after))


def changed(found: Difference) -> tuple[object, ...]:
    """What a changed field carries, as plain values."""
    assert found.before
    assert found.after
    return (found.kind, found.what, found.label, found.field, found.before.value, found.after.value)


STEPS = {"steps": [{"below": 1, "points": 100}, {"below": 3, "points": 40}, {"otherwise": 0}]}
OTHER_STEPS = {"steps": [{"below": 1, "points": 100}, {"below": 5, "points": 50}, {"otherwise": 0}]}
WHY = "Habit shows in how often, not in how much."


@pytest.mark.parametrize(
    ("change", "what", "label", "field", "before", "after"),
    [
        (("weight: 35", "weight: 30"), "group", "Product usage", "weight", 35, 30),
        (("worst: 20 %", "worst: 25 %"), "measure", "Seats in use", "points", {"worst": 0.2, "best": 0.8}, {"worst": 0.25, "best": 0.8}),
        (("worst: 2,", "worst: 2.5,"), "measure", "Active days", "points", {"worst": 2, "best": 18}, {"worst": 2.5, "best": 18}),
        (("from: 50", "from: 45"), "band", "Amber", "from", 50, 45),
        (("means: watch", "means: at risk"), "band", "Amber", "means", "watch", "at risk"),
        (("least_coverage: 50 %", "least_coverage: 60 %"), "card", "", "least_coverage", 0.5, 0.6),
        (("below: 3, points: 40", "below: 5, points: 50"), "measure", "Escalated tickets", "points", STEPS, OTHER_STEPS),
        (("where: kind = nps", "where: kind = csat"), "measure", "NPS", "where", "kind = 'nps'", "kind = 'csat'"),
        (("        where: is_escalated\n", ""), "measure", "Escalated tickets", "where", "is_escalated = yes", None),
        (("        per: seat\n", ""), "measure", "Seats in use", "per", "seat", None),
        (("missing: skip ", "missing: carry 56 days "), "measure", "Seats in use", "missing", "skip", "carry 56 days"),
        ((f"why: {WHY}", "why: Habits last."), "measure", "Active days", "why", WHY, "Habits last."),
        (("why: Habit shows in how often", "why: Habit  shows in how often"), "measure", "Active days", "why", WHY, WHY.replace("Habit ", "Habit  ")),
        (("title: Active days", "title: Busy days"), "measure", "Busy days", "title", "Active days", "Busy days"),
        (("measure: active_days", "measure: busy_days"), "measure", "Active days", "name", "active_days", "busy_days"),
        (("of:\n      - measure: feature", "combine: lowest\n    of:\n      - measure: feature"), "group", "Feature adoption", "combine", None, "lowest"),
    ],
)  # fmt: skip
def test_one_change_is_one_difference(
    change: tuple[str, str], what: str, label: str, field: str, before: object, after: object
) -> None:
    (found,) = between(card(), card(change))
    assert changed(found) == ("changed", what, label, field, before, after)


def test_another_weight_carries_its_share_of_the_whole() -> None:
    (found,) = between(card(), card(("weight: 35", "weight: 30")))
    assert found.was_at
    assert found.is_at
    assert (found.was_at.share, found.is_at.share) == pytest.approx((0.35, 30 / 95))


def test_a_longer_window_asks_for_a_longer_tenure() -> None:
    found = between(card(), card(("window: 28 days", "window: 56 days")))
    assert [changed(each)[2:] for each in found] == [
        ("Seats in use", "window", "28 days", "56 days"),
        ("Seats in use", "least_tenure", "28 days", "56 days"),
    ]


RULE_FIELDS = {"cap": 49, "when": "sponsor < 1", "because": "Nobody there."}


def test_a_rule_that_came_or_went_is_carried_whole() -> None:
    for before, after, kind in (("", RULE, "added"), (RULE, "", "removed")):
        (found,) = between(card(below=before), card(below=after))
        assert (found.kind, found.what, found.label, found.position) == (kind, "rule", "", None)
        assert found.details == (Given("rule", RULE_FIELDS),)


def test_a_rule_that_changed_carries_what_it_was_and_the_field() -> None:
    (found,) = between(card(below=RULE), card(below=RULE.replace("49", "40")))
    assert changed(found) == ("changed", "rule", "", "limit", 49, 40)
    assert found.details == (Given("rule", RULE_FIELDS),)


def test_rules_that_act_in_another_order_have_moved() -> None:
    other = "  - {floor: 40, when: sponsor > 1, because: They care.}\n"
    both, turned = RULE + other, RULE.replace("  - ", other + "  - ", 1)
    (found,) = between(card(below=both), card(below=turned))
    assert (found.kind, found.what, found.field) == ("moved", "rules", "rules")


def test_a_new_segment_carries_its_condition_weights_and_scales() -> None:
    (found,) = between(card(), card(below=SEGMENT))
    assert (found.kind, found.what, found.label) == ("added", "segment", "large")
    assert found.details == (
        Given("when", "employees >= 500"),
        Given("weight", 50, of="Product usage"),
        Given("points", {"worst": 0.3, "best": 0.9}, is_percent=True, of="Seats in use"),
    )


def test_what_a_segment_changes_is_found_path_by_path() -> None:
    found = between(card(below=SEGMENT), card(below=SEGMENT.replace("{usage: 50}", "{value: 50}")))
    assert [(each.path, each.before, each.after) for each in found] == [
        ("segments.large.usage", Given("weight", 50, of="Product usage"), Given("weight", None, of="Product usage")),
        ("segments.large.value", Given("weight", None, of="Customer value"), Given("weight", 50, of="Customer value")),
    ]  # fmt: skip
    (one,) = between(card(below=SEGMENT), card(below=SEGMENT.replace("500", "400")))
    assert changed(one)[1:] == ("segment", "large", "when", "employees >= 500", "employees >= 400")


def test_segments_in_another_order_have_moved() -> None:
    (found,) = between(card(below=BOTH), card(below=OTHER_WAY))
    assert changed(found) == (
        "moved", "segments", "", "order", ("large", "young"), ("young", "large"),
    )  # fmt: skip


def test_what_came_and_went_carries_its_place_and_share_of_the_whole() -> None:
    measure = READY[
        READY.index("      - measure: active_days") : READY.index("  - group: adoption")
    ]
    less = card((measure, "\n"))
    (gone,) = between(card(), less)
    assert (gone.kind, gone.what, gone.label) == ("removed", "measure", "Active days")
    assert gone.was_at
    assert (gone.was_at.group, gone.was_at.weight) == ("Product usage", 40)
    assert gone.was_at.share == pytest.approx(0.14)
    (new,) = between(less, card())
    assert (new.kind, new.is_at) == ("added", gone.was_at)
    fields = {each.field: each.value for each in new.details}
    assert fields["take"] == "active days"
    assert fields["points"] == {"worst": 2, "best": 18}


def test_a_measure_that_moves_is_the_same_measure() -> None:
    measure = READY[
        READY.index("      - measure: active_days") : READY.index("  - group: adoption")
    ]
    moved = card(
        (measure, "\n"),
        (
            "      - measure: feature_breadth",
            measure.rstrip() + "\n      - measure: feature_breadth",
        ),
    )
    (found,) = between(card(), moved)
    assert (found.kind, found.label) == ("moved", "Active days")
    assert found.was_at
    assert found.is_at
    assert (found.was_at.group, found.is_at.group) == ("Product usage", "Feature adoption")


def test_another_order_of_what_stands_in_a_group_is_found() -> None:
    first = READY[
        READY.index("      - measure: seats_in_use") : READY.index("      - measure: active_days")
    ]
    second = READY[
        READY.index("      - measure: active_days") : READY.index("\n  - group: adoption")
    ]
    (found,) = between(card(), card((first + second, second + first)))
    titles = ("Seats in use", "Active days")
    assert changed(found) == (
        "moved", "group", "Product usage", "order", titles, tuple(reversed(titles)),
    )  # fmt: skip


def test_another_order_of_categories_is_another_text() -> None:
    then, now = (
        {"points": {"lookup": dict(pairs)}}
        for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)])
    )
    assert [found.field for found in in_fields("measure", "Pulse", "pulse", then, now)] == [
        "points"
    ]


def test_where_bands_stand_in_the_text_is_no_difference() -> None:
    green, amber = (
        "  - {name: Green, from: 75, means: healthy}\n",
        "  - {name: Amber, from: 50, means: watch}\n",
    )
    assert between(card(), card((green + amber, amber + green))) == []


def test_a_number_knows_whether_it_is_read_as_a_percent() -> None:
    (share,) = between(card(), card(("worst: 20 %", "worst: 25 %")))
    (days,) = between(card(), card(("worst: 2,", "worst: 2.5,")))
    assert share.after
    assert days.after
    assert (share.after.is_percent, days.after.is_percent) == (True, False)


def test_in_a_gate_even_an_inserted_entry_changes_the_order() -> None:
    group = ("title: Product usage\n", "title: Product usage\n    combine: gate\n")
    first = (
        "      - measure: seats_in_use",
        "      - {measure: days, table: usage, take: active days, window: 7 days, weight: 0, missing: skip,\n"
        "         points: {worst: 0, best: 7}}\n      - measure: seats_in_use",
    )
    found = between(card(group), card(group, first))
    assert [(each.kind, each.field) for each in found] == [("moved", "order"), ("added", "")]
    assert [each.kind for each in between(card(), card(first))] == ["added"]
