"""This file tests what is written about a simulated company: it speaks of what happened there, and when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from keepwell.simulate import company, meetings, signals, vendor
from keepwell.simulate.company import Company
from keepwell.simulate.world import WEEKS, World, day, weekday

WORLD = World(300, 5, date(2026, 11, 2))


@pytest.fixture(scope="module")
def fernhill() -> Company:
    return company.founded(WORLD)


def test_only_those_whom_the_outage_struck_speak_of_it_and_soon_after(fernhill: Company) -> None:
    began = WORLD.first_day + 7 * (WEEKS - vendor.OUTAGE_WEEKS_AGO)
    said = [each for each in fernhill.pulses if each.reason == "outage"]
    assert len(said) > 20
    assert not any(fernhill.accounts.is_american[each.account] for each in said)
    assert {(each.day - began) // 7 for each in said} <= set(range(5))


def test_only_trades_with_a_season_speak_of_it_and_in_its_months(fernhill: Company) -> None:
    months = defaultdict(set)
    for each in fernhill.pulses:
        if each.reason == "seasonal":
            months[vendor.INDUSTRIES[fernhill.accounts.industry[each.account]]].add(
                day(each.day).month
            )
    assert {trade: sorted(found) for trade, found in months.items()} == {
        "heating": [1, 2, 6, 7, 8, 12], "landscaping": [1, 5, 6, 7, 11, 12], "refrigeration": [1, 2, 6, 7, 8, 12],
    }  # fmt: skip


def test_news_of_bills_and_credit_is_bad_where_business_is_bad(fernhill: Company) -> None:
    means = fernhill.life.series("means")
    found = defaultdict(list)
    for each in fernhill.signals:
        if each.kind in ("credit", "payment"):
            found[each.direction].append(means[WORLD.week(each.day), each.account])
    assert len(found["bad"]) > 5
    assert len(found["good"]) > 5
    assert max(found["bad"]) < signals.BADLY < 0 < signals.WELL < min(found["good"])


def test_most_news_says_nothing(fernhill: Company) -> None:
    idle = [each for each in fernhill.signals if each.kind in ("leadership", "other")]
    means = fernhill.life.series("means")
    assert len(idle) > len(fernhill.signals) / 3
    assert {each.direction for each in idle} == {"good", "bad", "neutral"}
    assert max(abs(means[WORLD.week(each.day), each.account]) for each in idle) <= signals.WELL


def test_meetings_note_what_was_on_the_table(fernhill: Company) -> None:
    """A kick-off is held in the first weeks, and only meetings that took place have notes."""
    noted = [each for each in fernhill.meetings if each.notes]
    assert {each.status for each in noted} == {"held"}
    assert 0.2 < len(noted) / sum(each.status == "held" for each in fernhill.meetings) < 0.4
    ages = [
        each.minute // 1440 - int(fernhill.accounts.started[each.account])
        for each in noted
        if "kick-off held" in each.notes.lower() or "everybody introduced" in each.notes.lower()
    ]
    assert ages
    assert max(ages) < 45


def test_a_term_is_talked_of_before_it_ends_not_after(fernhill: Company) -> None:
    regard = fernhill.life.series("regard")
    who = int(np.flatnonzero(fernhill.accounts.started < WORLD.first_day - 90)[0])
    start = int(fernhill.accounts.started[who])
    call = next(
        each for each in fernhill.meetings if each.account == who and each.kind == "cadence call"
    )
    for away, about in ((-80, False), (-60, True), (-31, True), (-20, False), (20, False)):
        minute = (start + 3 * 365 + away) * 1440
        moved = replace(call, minute=minute)
        assert (
            meetings.about(moved, WORLD, fernhill.accounts, regard) == "renewal talk"
        ) is about, away


def test_who_has_given_notice_is_green_to_nobody(fernhill: Company) -> None:
    after = [each for each in fernhill.pulses if each.day > fernhill.life.noticed[each.account]]
    assert len(after) > 10
    assert {each.pulse for each in after} == {"red"}


def test_notes_speak_of_no_champion_who_has_left_but_when_one_does(fernhill: Company) -> None:
    spoken = set()
    for each in fernhill.pulses:
        own = [
            one for one in fernhill.contacts[each.account] if one.role in ("champion", "sponsor")
        ]
        there = {one.person.first for one in own if one.is_there(each.day)}
        gone = {
            one.person.first for one in own if one.left is not None and one.left <= each.day
        } - there
        if any(f"{name} " in each.note or f"{name}." in each.note for name in gone):
            spoken.add(each.reason)
    assert spoken == {"champion left"}


def test_weeks_have_weekends_on_whatever_day_the_world_ends() -> None:
    thursday = company.founded(World(60, 5, date(2026, 11, 5)))
    opened = [weekday(each.minute // 1440) for each in thursday.tickets]
    assert len(opened) > 500
    assert sum(day > 4 for day in opened) / len(opened) < 0.1
    assert {weekday(each.day) for each in thursday.life.happenings if each.what == "workshop"} == {
        2
    }
