"""This file holds what a check of a card sees of its workspace: what each measure gives, when it was changed and scored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.app.actions import checks, loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models.scores import Run
from keepwell.app.queries import checks as questions
from keepwell.health.definition.measure import REASONS
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

AS_OF = date(2026, 3, 2)
OURS = (
    CARD
    + """  - measure: reads
    table: readings
    take: latest value
    window: 90 days
    points: {worst: 0, best: 4}
    weight: 0
    missing: skip
"""
)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Twelve accounts, of which one used the product; nobody has a reading."""
    rows = [account(f"A-{n}", started_on=date(2025, 1, 1)) for n in range(1, 13)]
    brought = (
        Import(since=date(2025, 1, 1)).rows("accounts", *rows).rows("usage", use("u1"), use("u2"))
    )
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    return installation


def found(
    installation: Installation, text: str = OURS, *, today: date = AS_OF, with_data: bool = True
) -> dict[str, str]:
    checked = checks.card(
        installation=installation,
        by=ANA,
        text=text,
        file="card.yaml",
        today=today,
        with_data=with_data,
    )
    return {fault.code: f"{fault.path} {fault.what}" for fault in checked.document.faults}


@pytest.mark.both_databases
def test_each_measure_is_looked_at_with_the_newest_facts(existing: Installation) -> None:
    checked = checks.card(
        installation=existing,
        by=ANA,
        text=OURS,
        file="card.yaml",
        today=AS_OF + timedelta(days=200),
    )
    assert (checked.as_of, checked.accounts) == (AS_OF, 12)
    assert {
        fault.code: fault.path for fault in checked.document.faults if fault.code.startswith("C8")
    } == {
        "C801": "reads",
        "C804": "uses.points",
    }


def test_the_finding_says_how_many_and_why(existing: Installation) -> None:
    findings = found(existing)
    assert "12 accounts" in findings["C801"]
    assert REASONS["not_covered"] in findings["C801"]
    assert findings["C804"].startswith("uses.points")
    assert "11 of 12 accounts" in findings["C804"]


def test_without_data_or_without_asking_only_the_card_is_looked_at(
    existing: Installation, installation: Installation
) -> None:
    assert not {"C801", "C804"} & found(existing, with_data=False).keys()
    assert "C631" in found(existing, with_data=False)


def test_nothing_loaded_is_nothing_to_compute(installation: Installation) -> None:
    checked = checks.card(
        installation=installation, by=ANA, text=OURS, file="card.yaml", today=AS_OF
    )
    assert (checked.as_of, checked.accounts, checked.document.definition is not None) == (
        None,
        0,
        True,
    )


def test_a_check_keeps_nothing(existing: Installation) -> None:
    found(existing)
    assert not Run.objects.exists()


def test_a_changed_card_is_held_against_its_calendar_and_the_published_one_is_not(
    existing: Installation,
) -> None:
    scorecards.publish(text=OURS, note="first", by=ANA, at=NOON, parent=None)
    soon = NOON.date() + timedelta(days=30)
    changed = OURS.replace("best: 4}\n    weight: 1", "best: 5}\n    weight: 1")
    assert "C741" not in found(existing, today=soon)
    assert "182 days" in found(existing, changed, today=soon)["C741"]
    assert "C741" not in found(existing, changed, today=NOON.date() + timedelta(days=182))


def test_a_card_that_is_scored_every_quarter_is_told_so(existing: Installation) -> None:
    scorecards.publish(text=OURS, note="first", by=ANA, at=NOON, parent=None)
    for day in (AS_OF, AS_OF + timedelta(days=90)):
        scores.run(installation=existing, as_of=day, by=ANA, at=NOON)
    assert "is scored every 90 days" in found(existing)["C626"]
    known = questions.surroundings(VIEWER, existing, text=OURS, today=AS_OF)
    assert known.scored_on == (AS_OF, AS_OF + timedelta(days=90))
    assert [feed.expected_every_days for feed in known.feeds] == [7]


def test_a_card_with_a_fault_is_not_computed(existing: Installation) -> None:
    checked = checks.card(
        installation=existing,
        by=ANA,
        text=OURS.replace("take: count", "take: often"),
        file="c",
        today=AS_OF,
    )
    assert (checked.document.definition, checked.as_of) == (None, None)
