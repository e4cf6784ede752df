"""This file tests how a card says what customers want, and what is done when a measure turns bad."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.outcome import Outcome
from tests.health.cards import CARD

WANTED = """outcomes:
  - outcome: sooner
    title: Books closed sooner
    because: They say so.
    matters_to: [everyone]
"""
OURS = CARD.replace("bands:\n", WANTED + "bands:\n").replace(
    "    table: pulses\n", "    table: pulses\n    outcome: sooner\n    playbook: Call them.\n"
)


def test_a_measure_names_its_outcome_and_its_playbook() -> None:
    card = document.read(
        OURS.replace("bands:", "review_every: 4 weeks\nbands:"), file="card.yaml", tables=TABLES
    )
    assert card.definition is not None
    assert card.definition.outcomes == (
        Outcome("sooner", "They say so.", "Books closed sooner", ("everyone",)),
    )
    assert (card.definition.measures[2].outcome, card.definition.measures[2].playbook) == (
        "sooner",
        "Call them.",
    )
    assert card.definition.review_every_days == 28
    written = document.write(card.definition)
    assert document.read(written, file="card.yaml", tables=TABLES).definition == card.definition


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("outcome: sooner\n    playbook", "outcome: soner\n    playbook", ("C603", 40, "our_view.outcome", "soner")),
        ("[everyone]", "[mid-market]", ("C602", 10, "sooner.matters_to", "mid-market")),
        ("[everyone]", "[[everyone]]", ("C103", 10, "outcomes[0].matters_to", "")),
        ("    because: They say so.\n", "", ("C102", 7, "outcomes[0].because", "")),
        ("bands:\n", "  - {outcome: sooner, because: Twice.}\nbands:\n", ("C601", 11, "outcomes[1].outcome", "sooner")),
        ("bands:\n", "review_every: all\nbands:\n", ("C110", 11, "review_every", "all")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_found_on_its_line(
    old: str, new: str, fault: tuple[object, ...]
) -> None:
    assert old in OURS
    faults = document.read(OURS.replace(old, new, 1), file="card.yaml", tables=TABLES).faults
    assert [(each.code, each.line, each.path, each.got) for each in faults] == [fault]
