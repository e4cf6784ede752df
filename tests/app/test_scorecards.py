"""This file holds what publishing promises: numbered versions, no lost work, nothing published with faults."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from keepwell.app.actions import scorecards
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.queries import scorecards as questions
from keepwell.errors import IntegrityError
from tests.cast import ANA, BEN, CARD, NOON, VIEWER

pytestmark = [pytest.mark.usefixtures("installation"), pytest.mark.both_databases]
OTHER = CARD.replace("best: 4", "best: 8")


def test_versions_are_numbered_and_kept() -> None:
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    second = scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON, parent=1)
    assert [version.number for version in questions.history(VIEWER)] == [2, 1]
    assert (questions.version(VIEWER, 1), questions.latest(VIEWER)) == (first, second)
    assert (first.name, first.text, first.parent, second.parent) == ("first", CARD, None, 1)


def test_publishing_the_latest_again_changes_nothing() -> None:
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    assert scorecards.publish(text=CARD, note="again", by=BEN, at=NOON, parent=None) == first
    assert AuditEntry.objects.count() == 1


def test_a_text_made_from_an_older_version_is_refused() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON, parent=1)
    with pytest.raises(
        scorecards.StaleParent, match=f"made from version 1; the latest is 2, published by {BEN}"
    ):
        scorecards.publish(text=CARD + "\n", note="mine", by=ANA, at=NOON, parent=1)
    assert len(questions.history(VIEWER)) == 2


def test_a_stale_parent_is_told_how_to_see_what_changed() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    with pytest.raises(
        scorecards.StaleParent,
        match=r"does not say which version .* `keepwell diff 1 mine.yaml` .* --parent 1",
    ):
        scorecards.publish(text=OTHER, note="mine", by=BEN, at=NOON, parent=None, file="mine.yaml")
    with pytest.raises(scorecards.StaleParent, match=r"version 7; .* `keepwell diff 1 CARD`"):
        scorecards.publish(text=OTHER, note="mine", by=BEN, at=NOON, parent=7, file="CARD")
    scorecards.publish(text=OTHER, note="second", by=BEN, at=NOON, parent=1)
    with pytest.raises(scorecards.StaleParent, match="`keepwell diff 1 2` shows the differences"):
        scorecards.publish(text=CARD + "# mine\n", note="mine", by=ANA, at=NOON, parent=1)


def test_going_back_publishes_the_older_text_again() -> None:
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    second = scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON, parent=1)
    third = scorecards.roll_back(number=1, note="too strict", by=ANA, at=NOON + timedelta(days=1))
    assert (third.number, third.text, third.parent, third.digest) == (3, CARD, 2, first.digest)
    assert questions.history(VIEWER) == (third, second, first)
    line = AuditEntry.objects.get(verb="roll back")
    assert (line.by, line.object, line.detail["to"], line.detail["note"]) == (
        ANA.name,
        "scorecard version 3",
        1,
        "too strict",
    )


def test_there_is_nothing_to_go_back_to_in_what_the_latest_says() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    with pytest.raises(scorecards.AlreadyLatest, match="Version 1 is the latest"):
        scorecards.roll_back(number=1, note="again", by=ANA, at=NOON)
    scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON, parent=1)
    scorecards.roll_back(number=1, note="back", by=ANA, at=NOON)
    with pytest.raises(scorecards.AlreadyLatest, match="Version 1 is identical to the latest, 3"):
        scorecards.roll_back(number=1, note="back", by=ANA, at=NOON)
    with pytest.raises(questions.NoSuchVersion):
        scorecards.roll_back(number=9, note="back", by=ANA, at=NOON)
    assert len(questions.history(VIEWER)) == 3


def test_a_version_that_can_no_longer_be_read_does_not_come_back(
    installation: Installation,
) -> None:
    from keepwell.app.models.extras import ExtraColumn

    extra = ExtraColumn.objects.create(table="usage", name="points", type="quantity")
    text = CARD.replace("take: count", "take: sum points")
    scorecards.publish(text=text, note="points", by=ANA, at=NOON, parent=None)
    scorecards.publish(text=CARD, note="plain", by=ANA, at=NOON, parent=1)
    extra.delete()
    with pytest.raises(scorecards.Faulty, match="version 1:10 uses.take: unknown column `points`"):
        scorecards.roll_back(number=1, note="back", by=ANA, at=NOON)
    assert len(questions.history(VIEWER)) == 2


def test_of_those_who_publish_at_the_same_moment_one_is_first_and_the_others_are_refused() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    start, ended = Barrier(6), []

    def publish(nth: int) -> None:
        start.wait()
        try:
            ended.append(
                scorecards.publish(
                    text=f"{CARD}# {nth}\n", note=str(nth), by=BEN, at=NOON, parent=1
                ).number
            )
        except scorecards.StaleParent as error:
            ended.append(error)
        finally:
            connections.close_all()

    racing = [Thread(target=publish, args=(nth,)) for nth in range(6)]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    assert [each for each in ended if isinstance(each, int)] == [2]
    rejected = [str(each) for each in ended if isinstance(each, scorecards.StaleParent)]
    assert len(rejected) == 5
    assert all("`keepwell diff 1 2`" in each for each in rejected)
    assert len(questions.history(VIEWER)) == 2
    assert AuditEntry.objects.filter(verb="publish").count() == 2


def test_a_card_with_faults_is_not_published(installation: Installation) -> None:
    with pytest.raises(scorecards.Faulty) as raised:
        scorecards.publish(
            text="keepwell: 1\nname: x\n", note="", by=ANA, at=NOON, parent=None, file="x.yaml"
        )
    assert len(raised.value.faults) > 1
    assert all(fault.file == "x.yaml" for fault in raised.value.faults)
    assert questions.latest(VIEWER) is None


def test_a_card_can_name_extra_columns(installation: Installation) -> None:
    from keepwell.app.models.extras import ExtraColumn

    card = CARD.replace("take: count", "take: sum points")
    with pytest.raises(scorecards.Faulty):
        scorecards.publish(text=card, note="", by=ANA, at=NOON, parent=None)
    ExtraColumn.objects.create(table="usage", name="points", type="quantity")
    assert scorecards.publish(text=card, note="", by=ANA, at=NOON, parent=None).number == 1


def test_one_version_is_known_by_its_number() -> None:
    with pytest.raises(questions.NoSuchVersion, match="no version 1. None is published yet"):
        questions.version(VIEWER, 1)
    first = scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    assert questions.version(VIEWER, 1) == first
    with pytest.raises(questions.NoSuchVersion, match="no version 2. The latest is 1"):
        questions.version(VIEWER, 2)


def test_the_moments_of_publishing_are_known() -> None:
    assert questions.published_at(VIEWER) == ()
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    scorecards.publish(text=OTHER, note="higher", by=BEN, at=NOON + timedelta(days=3), parent=1)
    assert questions.published_at(VIEWER) == (NOON, NOON + timedelta(days=3))


def test_a_text_that_somebody_wrote_over_is_not_used() -> None:
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    Scorecard.objects.update(text=OTHER)
    with pytest.raises(IntegrityError, match="text of version 1 is not what was published"):
        questions.latest(VIEWER)
