"""This file tests how far a feed has reached, and when it is behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from keepwell.health.definition.feed import Feed

FEED = Feed(
    "product", ("usage",), expected_every_days=7, event_days=(date(2026, 2, 1), date(2026, 2, 10))
)


def test_events_vouch_for_the_days_up_to_the_latest_one_before_the_date() -> None:
    assert FEED.watermark(date(2026, 2, 11), "event") == date(2026, 2, 10)
    assert FEED.watermark(date(2026, 2, 10), "event") == date(2026, 2, 1)
    assert FEED.watermark(date(2026, 2, 1), "event") is None


def test_a_feed_is_on_time_until_its_rhythm_has_passed() -> None:
    assert FEED.reads_on(date(2026, 2, 18), "event") == date(2026, 2, 18)
    assert FEED.reads_on(date(2026, 2, 19), "event") == date(2026, 2, 11)


def test_a_feed_that_has_brought_nothing_yet_reads_nothing() -> None:
    assert FEED.reads_on(date(2026, 2, 1), "event") is None
    assert Feed("crm", ("contracts",)).reads_on(date(2026, 2, 1), "term") is None


def test_states_and_terms_are_vouched_for_by_deliveries_not_by_events() -> None:
    crm = replace(FEED, deliveries=(date(2026, 2, 3),))
    assert crm.watermark(date(2026, 2, 12), "state") == date(2026, 2, 3)
    assert crm.watermark(date(2026, 2, 2), "term") == date(2026, 2, 1), (
        "what is known today was known of then"
    )
    assert FEED.watermark(date(2026, 2, 12), "state") is None


def test_the_word_of_a_mapping_that_a_delivery_is_complete_counts_for_all_kinds() -> None:
    complete = replace(FEED, through=date(2026, 2, 28))
    assert complete.watermark(date(2026, 3, 20), "event") == date(2026, 2, 28)
    assert complete.watermark(date(2026, 2, 20), "event") == date(2026, 2, 19)
    assert complete.watermark(date(2026, 3, 20), "state") == date(2026, 2, 28)
    assert replace(FEED, through=date(2026, 1, 5)).watermark(date(2026, 3, 1), "event") == date(
        2026, 2, 10
    )


def test_a_feed_starts_when_it_says_and_else_with_its_first_event() -> None:
    assert FEED.starts_on("event") == date(2026, 2, 1)
    assert replace(FEED, since=date(2025, 1, 1)).starts_on("event") == date(2025, 1, 1)
    assert FEED.starts_on("state") is None
