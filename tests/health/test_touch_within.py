"""This file tests within how many days a card says that a touch is due, and what a segment says instead."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document, segment
from keepwell.health.explain import card_differences
from tests.cast import CARD

SEGMENTS = """
segments:
  - {segment: close, when: employees >= 500, touch_within: 3 weeks}
  - {segment: never, when: employees < 5, touch_within: none}
  - {segment: usual, when: employees < 50}
"""


def read(text: str) -> document.Document:
    return document.read(text, file="card.yaml", tables=TABLES)


def test_a_segment_stands_in_place_of_the_card_and_none_is_never() -> None:
    card = read(f"{CARD}touch_within: 45 days{SEGMENTS}").definition
    assert card is not None
    found = [segment.touch_within(card, name) for name in ("everyone", "close", "never", "usual", "gone")]  # fmt: skip
    assert found == [45, 21, None, 45, 45]
    assert read(document.write(card)).definition == card
    plain = read(CARD).definition
    assert plain is not None
    assert segment.touch_within(plain, "everyone") is None, "what is missing is missing"
    changed = {each.field: (each.before, each.after) for each in card_differences.between(plain, card)}  # fmt: skip
    assert "touch_within" in changed


@pytest.mark.parametrize("wrong", ["soon", "0 days", "-3 days", "45", "none", "99999 days"])
def test_what_is_no_number_of_days_is_a_fault_on_its_line(wrong: str) -> None:
    faults = read(f"touch_within: {wrong}\n{CARD}").faults
    assert [(fault.code, fault.path, fault.line) for fault in faults] == [("C110", "touch_within", 1)]  # fmt: skip
    assert "28 days" in faults[0].way_out


def test_a_segment_with_no_number_of_days_is_a_fault_too() -> None:
    (fault,) = read(CARD + SEGMENTS.replace("3 weeks", "often")).faults
    assert (fault.code, fault.path) == ("C110", "segments[0].touch_within")
