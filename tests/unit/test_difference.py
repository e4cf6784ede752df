"""This file holds how differences between two cards are said."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.cards import ready
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.explain import difference, differing

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


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("weight: 35", "weight: 30"), "Product usage: the weight is now 30, was 35 (32 % of the whole, was 35 %)."),
        (("worst: 20 %", "worst: 25 %"), "Seats in use: the scale is now from 25 % (worst) to 80 % (best), was from 20 % (worst) to 80 % (best)."),
        (("worst: 2,", "worst: 2.5,"), "Active days: the scale is now from 2.5 (worst) to 18 (best), was from 2 (worst) to 18 (best)."),
        (("from: 50", "from: 45"), "Band Amber: its lowest score is now 45, was 50."),
        (("means: watch", "means: at risk"), "Band Amber: its meaning is now at risk, was watch."),
        (("least_coverage: 50 %", "least_coverage: 60 %"), "The card: the share of weight that has to be known is now 60 %, was 50 %."),
        (("below: 3, points: 40", "below: 5, points: 50"), "Escalated tickets: the scale is now 100 below 1, 50 below 5, else 0, was 100 below 1, 40 below 3, else 0."),
        (("where: kind = nps", "where: kind = csat"), "Would recommend us: the condition on rows is now kind = 'csat', was kind = 'nps'."),
        (("        where: is_escalated\n", ""), "Escalated tickets: the condition on rows is now every row, was is_escalated = yes."),
        (("        per: seat\n", ""), "Seats in use: what it is divided by is now nothing, was seat."),
        (("missing: skip ", "missing: carry 56 days "), "Seats in use: the decision about gaps is now carry 56 days, was skip."),
        (("why: Habit shows in how often, not in how much.", "why: Habits last."), 'Active days: the reason is now "Habits last.", was "Habit shows in how often, not in how much.".'),
        (("why: Habit shows in how often", "why: Habit  shows in how often"), "Active days: the reason has other spaces."),
        (("title: Active days", "title: Busy days"), 'Busy days: the title is now "Busy days", was "Active days".'),
        (("measure: active_days", "measure: busy_days"), "Active days: the name is now busy_days, was active_days."),
        (("of:\n      - measure: feature", "combine: lowest\n    of:\n      - measure: feature"), "Feature adoption: the way its points are made is now lowest, was mean."),
    ],
)  # fmt: skip
def test_one_change_is_one_sentence(change: tuple[str, str], sentence: str) -> None:
    assert [each.sentence for each in difference.differences(card(), card(change))] == [sentence]


def test_a_longer_window_asks_for_a_longer_tenure() -> None:
    said = difference.differences(card(), card(("window: 28 days", "window: 56 days")))
    assert [each.sentence for each in said] == [
        "Seats in use: the window is now 56 days, was 28 days.",
        "Seats in use: the least tenure is now 56 days, was 28 days.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        ("", RULE, ["Added to the whole the rule: cap 49 when sponsor < 1 (Nobody there.)."]),
        (RULE, "", ["Removed from the whole the rule: cap 49 when sponsor < 1 (Nobody there.)."]),
        (RULE, RULE.replace("49", "40"), ["The whole, rule cap 49 when sponsor < 1: its number of points is now 40, was 49."]),
        ("", SEGMENT, ["Added segment large (when employees >= 500; weight of Product usage 50; scale of Seats in use from 30 % (worst) to 90 % (best))."]),
        (SEGMENT, SEGMENT.replace("500", "400"), ["Segment large: the condition is now employees >= 400, was employees >= 500."]),
        (SEGMENT, SEGMENT.replace("{usage: 50}", "{value: 50}"), [
            "Segment large: the weight of Product usage is now as on the card, was 50.",
            "Segment large: the weight of Customer value is now 50, was as on the card.",
        ]),
        (BOTH, OTHER_WAY, ["Segments stand now in the order young, large."]),
    ],
)  # fmt: skip
def test_rules_and_segments_are_told_of_by_name(
    before: str, after: str, sentences: list[str]
) -> None:
    assert [
        each.sentence for each in difference.differences(card(below=before), card(below=after))
    ] == sentences


def test_what_came_and_went_is_said_with_its_share_of_the_whole() -> None:
    measure = READY[
        READY.index("      - measure: active_days") : READY.index("  - group: adoption")
    ]
    less = card((measure, "\n"))
    assert [each.sentence for each in difference.differences(card(), less)] == [
        "Removed measure Active days from Product usage (weight 40, 14 % of the whole)."
    ]
    assert [each.sentence for each in difference.differences(less, card())] == [
        "Added measure Active days to Product usage (weight 40, 14 % of the whole): active days of usage, window 28 days, "
        "from 2 (worst) to 18 (best)."
    ]


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
    assert [(each.kind, each.sentence) for each in difference.differences(card(), moved)] == [
        ("moved", "Moved measure Active days from Product usage to Feature adoption.")
    ]


def test_another_order_of_what_stands_in_a_group_is_said() -> None:
    first = READY[
        READY.index("      - measure: seats_in_use") : READY.index("      - measure: active_days")
    ]
    second = READY[
        READY.index("      - measure: active_days") : READY.index("\n  - group: adoption")
    ]
    swapped = card((first + second, second + first))
    assert [(each.kind, each.sentence) for each in difference.differences(card(), swapped)] == [
        ("moved", "Product usage: the order is now Active days, Seats in use.")
    ]


def test_another_order_of_categories_is_another_text() -> None:
    then, now = (
        {"points": {"lookup": dict(pairs)}}
        for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)])
    )
    assert [each.sentence for each in differing.fields("Pulse", "pulse", then, now)] == [
        "Pulse: the scale is now b 2, a 1, was a 1, b 2."
    ]


def test_where_bands_stand_in_the_text_is_no_difference() -> None:
    green, amber = (
        "  - {name: Green, from: 75, means: healthy}\n",
        "  - {name: Amber, from: 50, means: watch}\n",
    )
    assert difference.differences(card(), card((green + amber, amber + green))) == ()
