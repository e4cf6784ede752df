"""This file holds how published cards and drafts are compared: also where one of them can no longer be read."""

from __future__ import annotations

import pytest

from keepwell.app.actions import previews, scorecards
from keepwell.app.installation import Installation
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.queries import differences
from keepwell.app.queries import scorecards as questions
from keepwell.app.queries.differences import Side
from keepwell.errors import IntegrityError
from keepwell.health.explain.card_difference import Given
from tests.cast import ANA, BEN, CARD, NOON, VIEWER
from tests.filled import filled_once

OTHER = CARD.replace("best: 4", "best: 8")
POINTS = CARD.replace("take: count", "take: sum points")


@pytest.fixture
@filled_once
def two(installation: Installation) -> Installation:
    """Two versions, the first of which reads a column that is no longer there."""
    extra = ExtraColumn.objects.create(table="usage", name="points", type="quantity")
    scorecards.publish(text=POINTS, note="points", by=ANA, at=NOON, parent=None)
    extra.delete()
    scorecards.publish(text=CARD, note="counted", by=BEN, at=NOON, parent=1)
    return installation


@pytest.mark.both_databases
@pytest.mark.usefixtures("two")
def test_a_draft_is_compared_with_a_version() -> None:
    found = differences.between(
        VIEWER, differences.published(VIEWER, 2), Side("draft.yaml", None, OTHER)
    )
    assert found.differences is not None
    (one,) = found.differences
    assert (one.what, one.label, one.field) == ("measure", "uses", "points")
    assert (one.before, one.after) == (
        Given("points", {"worst": 0, "best": 4}),
        Given("points", {"worst": 0, "best": 8}),
    )
    assert found.lines[:2] == ("--- version 2", "+++ draft.yaml")


@pytest.mark.usefixtures("two")
def test_a_version_that_can_no_longer_be_read_is_named_and_its_lines_are_compared() -> None:
    found = differences.between(
        VIEWER, differences.published(VIEWER, 1), differences.published(VIEWER, 2)
    )
    assert found.differences is None
    assert [(fault.file, fault.line, fault.got) for fault in found.faults] == [
        ("version 1", 10, "points")
    ]
    assert "-    take: sum points" in found.lines
    assert differences.between(VIEWER, found.before, found.after, in_words=False).faults == ()


@pytest.mark.usefixtures("two")
def test_a_text_that_somebody_wrote_over_spoils_that_version_alone() -> None:
    Scorecard.objects.filter(number=1).update(text=OTHER)
    with pytest.raises(IntegrityError, match="text of version 1 is not what was published"):
        differences.published(VIEWER, 1)
    with pytest.raises(IntegrityError, match="version 1"):
        scorecards.roll_back(number=1, note="back", by=ANA, at=NOON)
    assert differences.published(VIEWER, 2).text == CARD
    assert scorecards.publish(text=OTHER, note="on", by=ANA, at=NOON, parent=2).number == 3
    with pytest.raises(IntegrityError, match="version 1"):
        questions.history(VIEWER)


def test_a_published_card_that_can_no_longer_be_read_is_no_part_of_a_preview(
    two: Installation,
) -> None:
    Scorecard.objects.filter(number=2).delete()
    with pytest.raises(scorecards.Faulty, match="version 1:10 uses.take: unknown column `points`"):
        previews.try_out(installation=two, by=ANA, text=CARD, as_of=NOON.date())


@pytest.mark.usefixtures("installation")
def test_texts_longer_than_any_card_are_not_compared() -> None:
    long = Side("long.yaml", None, "#\n" * 20_001)
    with pytest.raises(differences.TooLong):
        differences.between(VIEWER, long, long, in_words=False)
