"""This file holds what publishing promises: numbered versions, no lost work, nothing published with faults."""

from __future__ import annotations

from datetime import timedelta

import pytest

from keepwell.desk.actions import scorecards
from keepwell.desk.databases import Damaged
from keepwell.desk.queries import scorecards as questions
from keepwell.desk.records.audit import AuditLine
from keepwell.desk.records.scorecards import Scorecard
from keepwell.desk.workspace import Workspace
from tests.cast import ANA, BEN, CARD, NOON

pytestmark = pytest.mark.usefixtures("workspace")
OTHER = CARD.replace("best: 4", "best: 8")


def test_versions_are_numbered_and_kept() -> None:
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    second = scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON, parent=1)
    assert [version.number for version in questions.history()] == [2, 1]
    assert (questions.version(1), questions.latest()) == (first, second)
    assert (first.name, first.text, first.parent, second.parent) == ("first", CARD, None, 1)


def test_publishing_the_latest_again_changes_nothing() -> None:
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    assert scorecards.publish(text=CARD, note="again", by=BEN, at=NOON, parent=None) == first
    assert AuditLine.objects.count() == 1


def test_a_text_made_from_an_older_version_is_refused() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON, parent=1)
    with pytest.raises(scorecards.StaleParent, match=f"made from version 1; the latest is 2, published by {BEN}"):
        scorecards.publish(text=CARD + "\n", note="mine", by=ANA, at=NOON, parent=1)
    assert len(questions.history()) == 2


def test_a_card_with_faults_is_not_published(workspace: Workspace) -> None:
    with pytest.raises(scorecards.Faulty) as raised:
        scorecards.publish(text="keepwell: 1\nname: x\n", note="", by=ANA, at=NOON, parent=None, file="x.yaml")
    assert len(raised.value.faults) > 1
    assert all(fault.file == "x.yaml" for fault in raised.value.faults)
    assert questions.latest() is None


def test_a_card_can_name_extra_columns(workspace: Workspace) -> None:
    from keepwell.desk.records.extras import Extra

    card = CARD.replace("take: count", "take: sum points")
    with pytest.raises(scorecards.Faulty):
        scorecards.publish(text=card, note="", by=ANA, at=NOON, parent=None)
    Extra.objects.create(table="usage", name="points", type="quantity")
    assert scorecards.publish(text=card, note="", by=ANA, at=NOON, parent=None).number == 1


def test_one_version_is_known_by_its_number() -> None:
    with pytest.raises(questions.NoSuchVersion, match="no version 1. None is published yet"):
        questions.known(1)
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    assert questions.known(1) == first
    with pytest.raises(questions.NoSuchVersion, match="no version 2. The latest is 1"):
        questions.known(2)


def test_the_moments_of_publishing_are_known() -> None:
    assert questions.published_at() == ()
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON + timedelta(days=3), parent=1)
    assert questions.published_at() == (NOON, NOON + timedelta(days=3))


def test_a_text_that_somebody_wrote_over_is_not_used() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    Scorecard.objects.update(text=OTHER)
    with pytest.raises(Damaged, match="text of version 1 is not what was published"):
        questions.latest()
