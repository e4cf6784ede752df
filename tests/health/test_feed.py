"""This file tests how far a feed has reached, and when it is behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from keepwell.facts.schema import TABLES
from keepwell.health.definition.feed import Feed

USAGE, TICKETS, CONTRACTS, FEATURES = (
    TABLES[name] for name in ("usage", "tickets", "contracts", "features")
)
FEED = Feed(
    "product", ("usage",), expected_every_days=7, event_days=(date(2026, 2, 1), date(2026, 2, 10))
)


def test_events_vouch_for_the_days_up_to_the_latest_one_before_the_date() -> None:
    assert FEED.watermark(date(2026, 2, 11), USAGE) == date(2026, 2, 10)
    assert FEED.watermark(date(2026, 2, 10), USAGE) == date(2026, 2, 1)
    assert FEED.watermark(date(2026, 2, 1), USAGE) is None


def test_a_feed_is_on_time_until_its_rhythm_has_passed() -> None:
    assert FEED.reads_on(date(2026, 2, 18), USAGE) == date(2026, 2, 18)
    assert FEED.reads_on(date(2026, 2, 19), USAGE) == date(2026, 2, 11)


def test_a_feed_that_has_brought_nothing_yet_reads_nothing() -> None:
    assert FEED.reads_on(date(2026, 2, 1), USAGE) is None
    assert Feed("crm", ("contracts",)).reads_on(date(2026, 2, 1), CONTRACTS) is None


def test_a_quiet_month_of_tickets_is_no_gap_while_deliveries_come() -> None:
    desk = Feed(
        "desk", ("tickets",), event_days=(date(2026, 1, 3),), deliveries=(date(2026, 2, 9),)
    )
    assert desk.watermark(date(2026, 2, 12), TICKETS) == date(2026, 2, 9)
    assert desk.reads_on(date(2026, 2, 12), TICKETS) == date(2026, 2, 12)
    assert desk.starts_on(TICKETS) == date(2026, 1, 3)


def test_a_late_feed_stops_when_its_values_have_counted_long_enough() -> None:
    # Due on 17 February, seven days after its newest; two weeks more count.
    assert not FEED.has_stopped(date(2026, 3, 4), USAGE)
    assert FEED.has_stopped(date(2026, 3, 5), USAGE)
    assert not replace(FEED, stale_for_days=15).has_stopped(date(2026, 3, 5), USAGE)
    assert replace(FEED, stale_for_days=0).has_stopped(date(2026, 2, 19), USAGE)
    assert not replace(FEED, stale_for_days=0).has_stopped(date(2026, 2, 18), USAGE)
    assert not FEED.has_stopped(date(2026, 1, 1), USAGE)  # it had not begun


def test_states_and_terms_are_vouched_for_by_deliveries_not_by_events() -> None:
    crm = replace(FEED, deliveries=(date(2026, 2, 3),))
    assert crm.watermark(date(2026, 2, 12), FEATURES) == date(2026, 2, 3)
    assert crm.watermark(date(2026, 2, 2), CONTRACTS) == date(2026, 2, 1), (
        "what is known today was known of then"
    )
    assert FEED.watermark(date(2026, 2, 12), FEATURES) is None


def test_the_word_of_a_mapping_that_a_delivery_is_complete_counts_for_all_kinds() -> None:
    complete = replace(FEED, through=date(2026, 2, 28))
    assert complete.watermark(date(2026, 3, 20), USAGE) == date(2026, 2, 28)
    assert complete.watermark(date(2026, 2, 20), USAGE) == date(2026, 2, 19)
    assert complete.watermark(date(2026, 3, 20), FEATURES) == date(2026, 2, 28)
    assert replace(FEED, through=date(2026, 1, 5)).watermark(date(2026, 3, 1), USAGE) == date(
        2026, 2, 10
    )


def test_a_feed_starts_when_it_says_and_else_with_its_first_event() -> None:
    assert FEED.starts_on(USAGE) == date(2026, 2, 1)
    assert replace(FEED, since=date(2025, 1, 1)).starts_on(USAGE) == date(2025, 1, 1)
    assert FEED.starts_on(FEATURES) is None
