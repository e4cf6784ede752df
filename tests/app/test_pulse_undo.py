"""This file holds that a pulse is undone as a touch is: for a day, by whoever gave it or leads, and as if it had never been."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.actions.pulses import NoSuchPulse, NotAccepted
from keepwell.app.actions.withdrawals import NotYoursToUndo, TooLate
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.intake import Intake
from keepwell.app.models.people import PersonalValue
from keepwell.app.queries.pulses import PulseRow
from keepwell.errors import NotAllowed
from tests.app.people import acting, add
from tests.app.test_loads import live
from tests.app.test_pulses import existing, give, move, score
from tests.cast import ANA, NOON, VIEWER
from tests.pages import by_link, person

__all__ = ["existing"]  # the fixture
DAY = timedelta(days=1)


def undo(installation: Installation, id: str = "m1", **more: Any) -> PulseRow:
    wanted = {"account_id": "A-1", "by": ANA, "at": NOON + timedelta(minutes=5)}
    return actions.pulses.undo(installation=installation, id=id, **(wanted | more))


@pytest.mark.both_databases
@pytest.mark.parametrize("is_moved", [True, False])
def test_a_pulse_that_is_undone_counts_no_more(existing: Installation, is_moved: bool) -> None:
    give(existing)
    if is_moved:
        assert move(existing) == 2
        assert score(existing)["A-1"] == 50.0
    assert undo(existing).is_undone
    assert move(existing) == (3 if is_moved else None)
    assert live(existing, "pulses", "account_id") == []
    assert score(existing, date(2026, 3, 4))["A-1"] == 100.0
    assert queries.pulses.given(VIEWER) == ()
    assert not PersonalValue.objects.filter(table="pulses", fact="m1").exists()
    assert undo(existing).is_undone, "undoing twice is undoing once"
    (entry,) = AuditEntry.objects.filter(verb="undo", object="account A-1")
    assert (entry.by, entry.detail["kind"], entry.detail["pulse"]) == (ANA.name, "pulse", "red")
    assert actions.verification.run(installation=existing, by=ANA, at=NOON).problems == ()
    with pytest.raises(NotAccepted, match="was undone"):
        give(existing)


@pytest.mark.both_databases
def test_the_pulse_before_it_counts_again_and_what_was_published_stays(existing: Installation) -> None:  # fmt: skip
    give(existing, "m0", NOON - timedelta(hours=3), pulse="amber")
    give(existing)
    assert score(existing)["A-1"] == 50.0
    run = queries.runs.newest(VIEWER)
    assert run is not None
    undo(existing)
    assert score(existing, date(2026, 3, 4))["A-1"] == 75.0
    assert queries.scores.row(VIEWER, run, "A-1").score == 50.0
    assert actions.replays.replay(installation=existing, run_id=run.run_id, by=ANA).different == 0


def test_only_who_gave_it_or_whoever_leads_undoes_a_pulse(existing: Installation) -> None:
    ids = {name: add(name, "csm") for name in ("Cleo", "Ben")}
    for name, kind in (("Cleo", "csm"), ("Ben", "backup")):
        actions.ownership.assign(
            installation=existing, account_ids=["A-1"], user_id=ids[name], kind=kind, from_on=NOON.date(), until_on=None, by=ANA, at=NOON,
        )  # fmt: skip
    cleo, ben = (acting(ids[name]) for name in ("Cleo", "Ben"))
    give(existing, by=cleo)
    give(existing, "m2", by=cleo)
    with pytest.raises(NotYoursToUndo, match="Cleo gave this pulse"):
        undo(existing, by=ben)
    with pytest.raises(NotAllowed):
        undo(existing, by=acting(add("Rae", "viewer")))
    with pytest.raises(NoSuchPulse):
        undo(existing, account_id="A-2")
    with pytest.raises(NoSuchPulse):
        undo(existing, "m9")
    with pytest.raises(queries.accounts.NoSuchAccount):
        undo(existing, account_id="A-2", by=cleo)
    assert queries.withdrawals.latest(ben.viewer, "A-1", NOON) == ()
    assert [row.id for row in queries.withdrawals.latest(cleo.viewer, "A-1", NOON)] == ["m2"]
    assert len(queries.pulses.given(VIEWER, "A-1")) == 2
    assert undo(existing, by=cleo).is_undone
    assert undo(existing, "m2", by=acting(add("Lea", "leader"))).is_undone


def test_a_touch_cannot_be_undone_as_a_pulse(existing: Installation) -> None:
    actions.touchpoints.log(installation=existing, account_id="A-1", kind="note", note="so", id="t1", by=ANA, at=NOON)  # fmt: skip
    with pytest.raises(NoSuchPulse):
        undo(existing, "t1")


def test_a_day_later_a_pulse_stands(existing: Installation) -> None:
    give(existing)
    assert len(queries.withdrawals.latest(VIEWER, "A-1", NOON + DAY)) == 1
    late = NOON + DAY + timedelta(seconds=1)
    assert queries.withdrawals.latest(VIEWER, "A-1", late) == ()
    with pytest.raises(TooLate, match="can be undone for a day"):
        undo(existing, at=late)
    assert not Intake.objects.exclude(withdrawn_at=None).exists()
    assert not AuditEntry.objects.filter(verb="undo").exists()


def test_the_page_offers_to_undo_the_last_touch_and_the_last_pulse(existing: Installation, morning: None) -> None:  # fmt: skip
    browser = by_link(person(role="admin"))
    score(existing)
    browser.post("/pulse/A-1", {"id": "p1", "pulse": "red", "note": "They cancel."})
    browser.post("/log/A-1", {"id": "t1", "kind": "call", "status": "held", "note": "x", "when": ""})  # fmt: skip
    html = browser.get("/accounts/A-1?live=1").content.decode()
    assert "You gave a red pulse today at" in html
    assert "You logged a call today at" in html
    assert 'action="/pulse/A-1/undo"' in html
    assert "They cancel." in html
    answer = browser.post("/pulse/A-1/undo", {"id": "p1"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/A-1?live=1")
    html = browser.get("/accounts/A-1?live=1").content.decode()
    assert "is undone. It counts no more." in html
    assert "Scored just now" in html
    assert "They cancel." not in html
    assert 'action="/pulse/A-1/undo"' not in html
    assert 'action="/log/A-1/undo"' in html
    assert browser.get("/pulse/A-1/undo").status_code == 405
