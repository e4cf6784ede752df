"""This file holds what an account's timeline tells: everything with a day, the newest first, in one sentence each, to whom it may be told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.queries.happenings import Event
from keepwell.app.queries.timeline import KINDS
from keepwell.app.viewers import Viewer
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, ticket, use
from tests.filled import filled_once

DAY = timedelta(days=1)
TODAY = NOON.date()


def at(days_ago: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, 2, hour) - days_ago * DAY


def row(id: str, days_ago: int, **more: Any) -> dict[str, Any]:
    return {"id": id, "account_id": "A-1", "at": at(days_ago), **more}


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """One account to which everything happened, and another to which one thing did."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows("accounts", account("A-1"), account("A-2"))
    brought.rows("contracts", line("L-1"), line("L-2", "A-2"))
    brought.rows(
        "contacts",
        {"id": "C-1", "account_id": "A-1", "person": "mia", "name": "Mia Holt", "is_sponsor": True, "valid_from": date(2026, 1, 1)},
        {"id": "C-2", "account_id": "A-1", "person": "jo", "name": "Jo Dale", "role": "Buyer", "is_champion": True,
         "left_on": TODAY - 3 * DAY, "valid_from": date(2026, 1, 1)},
        {"id": "C-3", "account_id": "A-1", "name": "Ned", "left_on": TODAY + 3 * DAY, "valid_from": date(2026, 1, 1)},
    )  # fmt: skip
    brought.rows(
        "meetings",
        row("M-1", 10, kind="cadence call", status="held", attendees=3, actions_due=2, actions_done=1, executive_present=True),
        row("M-2", 9, kind="workshop", status="no-show"),
        row("M-3", 8, status="planned"),
        row("M-4", -5, kind="review", status="planned"),
        row("M-9", 1, kind="call", status="held", account_id="A-2"),
    )  # fmt: skip
    brought.rows(
        "tickets",
        ticket("T-1", at=at(20), priority="urgent", subject="Nobody can log in", requester="mia", resolved_at=at(20, 15)),
        ticket("T-2", at=at(7), is_escalated=True, subject="Map is down"),
    )  # fmt: skip
    brought.rows(
        "surveys",
        row("S-1", 6, kind="nps", score=3, respondent="mia", comment="Too slow."),
        row("S-2", 6, kind="nps", respondent="jo"),
        row("S-3", 6, kind="csat", score=5, worst=1, best=5),
    )
    brought.rows("pulses", row("P-1", 5, pulse="red", reason="price", note="A cheaper one is in.", given_by="ana"))  # fmt: skip
    brought.rows(
        "renewals",
        {"id": "R-1", "account_id": "A-1", "noticed_on": TODAY - 4 * DAY, "decided_on": TODAY - 2 * DAY, "due_on": TODAY + 60 * DAY,
         "movement": "churn", "amount_due": 900, "reason": "budget", "competitor": "Kiln", "words": "Sorry."},
    )  # fmt: skip
    brought.rows(
        "outcomes",
        row("O-1", 40, outcome="faster close", value=8, baseline=10, target=4),
        row("O-2", 3, outcome="faster close", value=4, baseline=10, target=4, is_confirmed=True),
    )
    brought.rows(
        "milestones",
        {"id": "N-1", "account_id": "A-1", "milestone": "first import", "due_on": TODAY - 30 * DAY, "reached_on": TODAY - 28 * DAY},
        {"id": "N-2", "account_id": "A-1", "milestone": "go-live", "due_on": TODAY - 12 * DAY},
    )  # fmt: skip
    brought.rows("advocacy", row("V-1", 15, kind="reference", person="jo"))
    brought.rows("signals", row("G-1", 16, kind="layoffs", direction="bad", source="press"))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    return installation


def told(installation: Installation, **more: Any) -> list[Event]:
    found = queries.timeline.of_account(VIEWER, installation, "A-1", on=TODAY, **more)
    return list(found.events)


@pytest.mark.both_databases
def test_everything_is_told_newest_first_in_a_sentence(existing: Installation) -> None:
    events = told(existing)
    assert [event.on for event in events] == sorted((event.on for event in events), reverse=True)
    assert [(event.sentence, event.who, event.tone) for event in events] == [
        ("Leaves, budget, to Kiln: “Sorry.”", "", "bad"),
        ("Outcome reached: faster close, 4, start 10, target 4, confirmed", "", "good"),
        ("Champion left: Jo Dale", "Buyer", "bad"),
        ("Gave notice, budget, to Kiln: “Sorry.”", "", "bad"),
        ("Pulse red, price: “A cheaper one is in.”", "ana", "bad"),
        ("CSAT 5 of 5", "", "good"),
        ("NPS asked, no answer", "Jo Dale", ""),
        ("NPS 3 of 10: “Too slow.”", "Mia Holt", "bad"),
        ("Escalated ticket, open for 7 days: “Map is down”", "", "bad"),
        ("Meeting planned, and nobody said whether it was held", "", ""),
        ("Workshop missed: they did not come", "", "bad"),
        ("Cadence call held, 3 people, an executive, 1 of 2 actions done", "", ""),
        ("Milestone missed: go-live", "", "bad"),
        ("Reference for us", "Jo Dale", "good"),
        ("News: layoffs, press", "", "bad"),
        ("Urgent ticket, solved in 6 h: “Nobody can log in”", "Mia Holt", "bad"),
        ("Milestone reached: first import, 2 days late", "", ""),
        ("Outcome read: faster close, 8, start 10, target 4", "", ""),
    ]
    assert (events[0].amount, events[3].until) == (900, TODAY + 60 * DAY)


@pytest.mark.both_databases
def test_kinds_limits_and_counts(existing: Installation) -> None:
    found = queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY, kinds=KINDS["tickets"], limit=1)  # fmt: skip
    assert [event.id for event in found.events] == ["T-2"]
    assert (found.total, found.counts["tickets"], found.counts["touches"]) == (2, 2, 3)
    assert [event.id for event in told(existing, since=TODAY - 3 * DAY)] == ["R-1", "O-2", "C-2"]
    before = queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY - 5 * DAY)
    assert {"R-1", "C-2", "O-2"}.isdisjoint(event.id for event in before.events)


@pytest.mark.both_databases
def test_bands_overrides_and_cards_are_told(existing: Installation) -> None:
    brought = Import(feed="product", since=date(2025, 1, 1)).rows(
        "usage", *(use(f"u{n}", day=1) for n in range(4)), use("u9", at=at(15))
    )
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=NOON)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    for on in (TODAY - 2 * DAY, TODAY):
        actions.scores.run(installation=existing, as_of=on, by=ANA, at=NOON)
    second = CARD.replace("best: 4", "best: 3")
    actions.scorecards.publish(text=second, note="Less is enough", by=ANA, at=NOON, parent=1)
    actions.overrides.override(installation=existing, account_id="A-1", score=20, because="They leave.", until=TODAY + DAY, by=ANA, at=NOON)  # fmt: skip
    actions.overrides.end(installation=existing, account_id="A-1", by=ANA, at=NOON + DAY)
    events = queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY + DAY, kinds=KINDS["score"]).events  # fmt: skip
    assert [(event.title + event.rest, event.words, event.who) for event in events] == [
        ("Override 20 ended", "", ANA.name),
        ("Override 20", "They leave.", ANA.name),
        ("Card version 2", "Less is enough", ANA.name),
        ("Red → Green, 100 points", "", ""),
    ]
    assert events[1].until == TODAY + DAY
    assert events[3].tone == "good"


@pytest.mark.both_databases
def test_pins_are_few_and_the_most_telling(existing: Installation) -> None:
    since = TODAY - 250 * DAY
    pins = queries.turning_points.of_account(VIEWER, existing, "A-1", since=since, on=TODAY)
    assert [pin.on for pin in pins] == sorted(pin.on for pin in pins)
    assert {"R-1", "C-2", "P-1", "T-2"} <= {pin.id for pin in pins}
    assert len(pins) == 5, "of more that tell something"
    assert [pin.id for pin in pins].count("R-1") == 1, "notice and decision within a week are one"


def test_urgent_tickets_within_a_week_are_one_pin(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"))
    brought.rows("tickets", *(ticket(f"T-{n}", at=at(100 - 3 * n), priority="urgent", subject=f"no {n}") for n in range(4)), ticket("T-9", at=at(5), priority="urgent"))  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    pins = queries.turning_points.of_account(VIEWER, installation, "A-1", since=TODAY - 200 * DAY, on=TODAY)  # fmt: skip
    assert [(pin.on, pin.title) for pin in pins] == [
        (TODAY - 100 * DAY, "4 urgent tickets"),
        (TODAY - 5 * DAY, "Urgent ticket"),
    ]


def test_use_that_stops_is_a_pin(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"))
    used = [use(f"u{ago}{who}", at=at(ago), user=f"p{who}") for ago in range(30, 120, 5) for who in range(4)]  # fmt: skip
    brought.rows("usage", *used, use("other", "A-2", at=at(0)))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    (pin,) = queries.turning_points.of_account(VIEWER, installation, "A-1", since=TODAY - 200 * DAY, on=TODAY)  # fmt: skip
    assert (pin.kind, pin.title, pin.rest) == (
        "outage",
        "Use stopped",
        ", from 4 people a week to 0",
    )
    assert TODAY - 30 * DAY < pin.on < TODAY - 20 * DAY


def test_whoever_may_not_see_the_account_is_told_nothing(existing: Installation) -> None:
    nobody = Viewer("cleo@elsewhere.example")
    for ask in (queries.timeline.of_account, queries.contacts.of_account, queries.contracts.of_account):  # fmt: skip
        with pytest.raises(queries.accounts.NoSuchAccount):
            ask(nobody, existing, "A-1", on=TODAY)
        with pytest.raises(queries.accounts.NoSuchAccount):
            ask(VIEWER, existing, "A-7", on=TODAY)
    with pytest.raises(queries.accounts.NoSuchAccount):
        queries.usage.weeks(nobody, existing, "A-1", TODAY)
    assert queries.people.words(nobody, "A-1", "tickets", ["T-1"]) == {}
    with existing.duckdb.cursor() as con, queries.snapshots.take(VIEWER, existing) as snapshot:
        own = {"tickets": ("at",)}
        assert queries.account_facts.rows(nobody, con, snapshot, "A-1", own) == {"tickets": []}
        assert len(queries.account_facts.rows(VIEWER, con, snapshot, "A-1", own)["tickets"]) == 2
