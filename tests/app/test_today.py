"""This file holds in which order `keepwell today` names accounts, and why each is on the list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.queries.today import Today
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, line, use
from tests.filled import filled_once

BEFORE, AS_OF = date(2026, 3, 2), date(2026, 3, 30)
BEGAN = date(2025, 1, 1)
# Uses in the 28 days before each date; four are 100 points, and Green begins at 50.
USES = {
    "calm": (4, 4),
    "soon-notice": (0, 0),
    "soon-renewal": (1, 1),
    "soon-healthy": (4, 4),
    "turned": (4, 1),
    "turned-small": (4, 1),
    "fell": (4, 3),
    "rose": (1, 2),
    "gone": (0, 0),
}
REVENUE = {"turned": 900, "turned-small": 100, "fell": 500, "not-seen": 700}
ENDS = {
    "soon-notice": date(2026, 6, 15),
    "soon-renewal": date(2026, 5, 1),
    "soon-healthy": date(2026, 5, 1),
    "gone": date(2026, 1, 15),
}


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Accounts of every kind that the list tells apart, scored on two dates four weeks apart."""
    names = [*USES, "not-seen"]
    brought = Import(since=BEGAN, on_load=AS_OF)
    brought.rows(
        "accounts",
        *(
            account(
                name,
                started_on=BEGAN if name in USES else date(2026, 3, 29),
                owner="Ana" if name < "s" else "Ben",
            )
            for name in names
        ),
    )
    brought.rows(
        "contracts",
        *(
            line(f"L-{name}", name, annual_amount=REVENUE.get(name, 300), starts_on=BEGAN, ends_on=ENDS.get(name),
                 notice_days=30 if name == "soon-notice" else None)
            for name in names
        ),
    )  # fmt: skip
    rows = []
    for name, (then, now) in USES.items():
        rows += [use(f"{name}-a{n}", name, at=BEFORE - timedelta(days=3 + n)) for n in range(then)]
        rows += [use(f"{name}-b{n}", name, at=AS_OF - timedelta(days=3 + n)) for n in range(now)]
    brought.rows("usage", *rows)
    later = NOON + timedelta(days=28)
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=later)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=later, parent=None)
    for day in (BEFORE, AS_OF):
        actions.scores.run(installation=installation, as_of=day, by=BEN, at=later)
    return installation


def called(installation: Installation, **more: object) -> Today:
    run = queries.runs.newest(VIEWER)
    assert run
    return queries.today.calls(VIEWER, installation, run, on=AS_OF, **more)  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_what_is_decided_soon_comes_first_then_what_got_worse_by_revenue(
    existing: Installation,
) -> None:
    found = called(existing)
    assert [(call.account.account.account_id, call.reason) for call in found.calls] == [
        ("soon-renewal", "decided_soon"),
        ("soon-notice", "decided_soon"),
        ("turned", "turned"),
        ("not-seen", "not_seen"),
        ("fell", "fell"),
        ("turned-small", "turned"),
    ]
    assert found.waiting == 0
    assert queries.population.how_many_left_out(VIEWER, found.run) == 1


def test_each_says_what_is_decided_what_it_was_and_what_fell(existing: Installation) -> None:
    by_name = {call.account.account.account_id: call for call in called(existing).calls}
    renewal, notice = by_name["soon-renewal"].decision, by_name["soon-notice"].decision
    assert renewal
    assert (renewal.kind, renewal.on) == ("renewal", date(2026, 5, 1))
    assert notice
    assert (notice.kind, notice.on) == ("notice", date(2026, 5, 16))
    turned = by_name["turned"]
    assert (turned.band_before, turned.account.score.band) == ("Green", "Red")
    assert (turned.move.direction, turned.move.points) == ("down", -75.0)
    assert turned.fell_most == ("uses", -75.0)
    assert by_name["fell"].band_before is None
    unseen = by_name["not-seen"]
    assert (unseen.account.score.score, unseen.drag) == (None, None)
    assert [part.reason for part in unseen.unknown] == ["too_young"]


def test_of_one_owner_and_no_more_than_asked_for(existing: Installation) -> None:
    found = called(existing, owner="Ben", limit=2)
    assert [call.account.account.account_id for call in found.calls] == [
        "soon-renewal",
        "soon-notice",
    ]
    assert found.waiting == 2


def test_an_override_of_today_counts(existing: Installation) -> None:
    actions.overrides.override(
        installation=existing, account_id="soon-renewal", score=90.0, because="They signed.",
        until=AS_OF + timedelta(days=9), by=ANA, at=NOON + timedelta(days=28),
    )  # fmt: skip
    first, *_ = called(existing).calls
    assert first.account.account.account_id == "soon-notice"


def test_a_decision_of_today_is_near_and_one_in_91_days_is_not(existing: Installation) -> None:
    run = queries.runs.newest(VIEWER)
    assert run
    for on, near in (
        (date(2026, 5, 1), True),
        (date(2026, 1, 30), False),
        (date(2026, 1, 31), True),
    ):
        found = queries.today.calls(VIEWER, existing, run, on=on)
        decided = [c.account.account.account_id for c in found.calls if c.reason == "decided_soon"]
        assert ("soon-renewal" in decided) == near, on


def test_what_rests_on_a_late_feed_is_named(existing: Installation) -> None:
    day = AS_OF + timedelta(
        days=8
    )  # the newest use is of two days before, and of every week one is expected
    on_time = {call.late for call in called(existing).calls}
    actions.scores.run(installation=existing, as_of=day, by=BEN, at=NOON + timedelta(days=40))
    late = {call.account.account.account_id: call.late for call in called(existing).calls}
    assert on_time == {()}
    assert [part.title for part in late["soon-renewal"]] == ["uses"]


@pytest.mark.parametrize(
    ("ends", "decides"), [(date(2026, 12, 31), date(2026, 12, 31)), (None, date(2026, 3, 20))]
)
def test_who_gave_notice_is_called_whatever_their_health(
    existing: Installation, ends: date | None, decides: date
) -> None:
    brought = Import(since=BEGAN, on_load=AS_OF, feed="crm")
    brought.rows(
        "contracts", line("L-calm", "calm", annual_amount=300, starts_on=BEGAN, ends_on=ends)
    )
    said = {
        "due_on": ends or date(2026, 12, 31),
        "noticed_on": date(2026, 3, 20),
        "movement": "churn",
    }
    brought.rows("renewals", {"id": "R-1", "account_id": "calm", **said})
    later = NOON + timedelta(days=29)
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=later)
    calm = next(c for c in called(existing).calls if c.account.account.account_id == "calm")
    assert (calm.reason, calm.account.score.meaning) == ("decided_soon", "healthy")
    assert calm.decision
    assert (calm.decision.kind, calm.decision.on) == ("leaving", decides)
    run = queries.runs.newest(VIEWER)
    assert run
    later_on = queries.today.calls(VIEWER, existing, run, on=date(2027, 1, 1))
    still = [c.account.account.account_id for c in later_on.calls if c.reason == "decided_soon"]
    assert ("calm" in still) == (ends is None)  # who has left cannot be won back


def test_whoever_is_only_watched_is_not_healthy(existing: Installation) -> None:
    text = CARD.replace("{name: Red,", "{name: Amber, from: 20, means: watch}\n  - {name: Red,")
    later = NOON + timedelta(days=28)
    actions.scorecards.publish(text=text, note="watch", by=ANA, at=later, parent=1)
    actions.scores.run(installation=existing, as_of=AS_OF, by=BEN, at=later)
    decided = [c for c in called(existing).calls if c.reason == "decided_soon"]
    assert [(c.account.account.account_id, c.account.score.band) for c in decided] == [
        ("soon-renewal", "Amber"),
        ("soon-notice", "Red"),
    ]
