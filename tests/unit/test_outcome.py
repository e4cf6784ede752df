"""This file tests how a card says what customers want, and what is done when a measure turns bad."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.outcome import Outcome
from tests.unit.cards import CARD

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
        (
            "outcome: sooner\n    playbook",
            "outcome: soner\n    playbook",
            "card.yaml:40 our_view.outcome: is not on the",
        ),
        (
            "[everyone]",
            "[mid-market]",
            "card.yaml:10 sooner.matters_to: is no segment of this card: `mid-market`.",
        ),
        (
            "[everyone]",
            "[[everyone]]",
            "card.yaml:10 outcomes[0].matters_to: should list words, and holds a list.",
        ),
        ("    because: They say so.\n", "", "card.yaml:7 outcomes[0].because: is missing."),
        (
            "bands:\n",
            "  - {outcome: sooner, because: Twice.}\nbands:\n",
            "card.yaml:11 outcomes[1].outcome: stands twice",
        ),
        (
            "bands:\n",
            "review_every: all\nbands:\n",
            "card.yaml:11 review_every: is not understood: `all`. Write for",
        ),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(old: str, new: str, fault: str) -> None:
    assert old in OURS
    faults = [
        str(each)
        for each in document.read(OURS.replace(old, new, 1), file="card.yaml", tables=TABLES).faults
    ]
    assert len(faults) == 1, faults
    assert faults[0].startswith(fault)
