"""This file tests the simulated texts: they mention what happened, when it happened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from keepwell.simulate import company, meetings, signals, vendor
from keepwell.simulate.company import Company
from keepwell.simulate.world import WEEKS, World, to_date, weekday

WORLD = World(300, 5, date(2026, 11, 2))


@pytest.fixture(scope="module")
def fernhill() -> Company:
    return company.simulate(WORLD)


def test_only_accounts_hit_by_the_outage_mention_it_and_only_soon_after(fernhill: Company) -> None:
    began = WORLD.first_day + 7 * (WEEKS - vendor.OUTAGE_WEEKS_AGO)
    mentions = [each for each in fernhill.pulses if each.reason == "outage"]
    assert len(mentions) > 20
    assert not any(fernhill.accounts.is_us_hosted[each.account] for each in mentions)
    assert {(each.day - began) // 7 for each in mentions} <= set(range(5))


def test_only_seasonal_industries_mention_their_season_and_in_its_months(fernhill: Company) -> None:
    months = defaultdict(set)
    for each in fernhill.pulses:
        if each.reason == "seasonal":
            months[vendor.INDUSTRIES[fernhill.accounts.industry[each.account]]].add(
                to_date(each.day).month
            )
    assert {industry: sorted(found) for industry, found in months.items()} == {
        "heating": [1, 2, 6, 7, 8, 12], "landscaping": [1, 5, 6, 7, 11, 12], "refrigeration": [1, 2, 6, 7, 8, 12],
    }  # fmt: skip


def test_news_about_bills_and_credit_is_bad_where_business_is_bad(fernhill: Company) -> None:
    means = fernhill.history.series("means")
    found = defaultdict(list)
    for each in fernhill.signals:
        if each.kind in ("credit", "payment"):
            found[each.direction].append(means[WORLD.week_of(each.day), each.account])
    assert len(found["bad"]) > 5
    assert len(found["good"]) > 5
    assert max(found["bad"]) < signals.DOING_BADLY < 0 < signals.DOING_WELL < min(found["good"])


def test_most_news_says_nothing(fernhill: Company) -> None:
    empty = [each for each in fernhill.signals if each.kind in ("leadership", "other")]
    means = fernhill.history.series("means")
    assert len(empty) > len(fernhill.signals) / 3
    assert {each.direction for each in empty} == {"good", "bad", "neutral"}
    assert (
        max(abs(means[WORLD.week_of(each.day), each.account]) for each in empty)
        <= signals.DOING_WELL
    )


def test_meeting_notes_fit_the_meeting(fernhill: Company) -> None:
    """Kick-offs are in the first weeks, and only meetings that were held have notes."""
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


def test_a_renewal_is_discussed_before_the_term_ends_not_after(fernhill: Company) -> None:
    regard = fernhill.history.series("regard")
    account = int(np.flatnonzero(fernhill.accounts.started < WORLD.first_day - 90)[0])
    start = int(fernhill.accounts.started[account])
    call = next(
        each
        for each in fernhill.meetings
        if each.account == account and each.kind == "cadence call"
    )
    for days, is_talk in ((-80, False), (-60, True), (-31, True), (-20, False), (20, False)):
        minute = (start + 3 * 365 + days) * 1440
        moved = replace(call, minute=minute)
        assert (
            meetings.topic(moved, WORLD, fernhill.accounts, regard) == "renewal talk"
        ) is is_talk, days


def test_no_pulse_is_green_after_notice_was_given(fernhill: Company) -> None:
    after = [
        each for each in fernhill.pulses if each.day > fernhill.history.notice_day[each.account]
    ]
    assert len(after) > 10
    assert {each.pulse for each in after} == {"red"}


def test_notes_mention_former_champions_only_as_they_leave(fernhill: Company) -> None:
    reasons = set()
    for each in fernhill.pulses:
        own = [
            one for one in fernhill.contacts[each.account] if one.role in ("champion", "sponsor")
        ]
        there = {one.person.first for one in own if one.is_there(each.day)}
        gone = {
            one.person.first for one in own if one.left is not None and one.left <= each.day
        } - there
        if any(f"{name} " in each.note or f"{name}." in each.note for name in gone):
            reasons.add(each.reason)
    assert reasons == {"champion left"}


def test_weekends_are_quiet_on_whatever_weekday_the_simulation_ends() -> None:
    thursday = company.simulate(World(60, 5, date(2026, 11, 5)))
    opened = [weekday(each.minute // 1440) for each in thursday.tickets]
    assert len(opened) > 500
    assert sum(day > 4 for day in opened) / len(opened) < 0.1
    assert {weekday(each.day) for each in thursday.history.events if each.kind == "workshop"} == {2}
