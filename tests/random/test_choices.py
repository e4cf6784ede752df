"""This file checks choices that decide much and are rarely close, each against the oracle's own: how
far a feed is read, whose card applies, and which band a score is in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition import segment
from keepwell.health.definition.band import Band, band_of
from keepwell.health.definition.condition import IsMissing, Not
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition, Group, nominal_shares
from keepwell.health.definition.segment import Exemption
from keepwell.health.engines.oracle import cards, columns, feeds, scores
from tests.random.cards import BANDS, amendments, definitions, measures

TODAY = date(2026, 3, 1)
ALWAYS = Not(IsMissing("account_id"))
# Two weeks around a date, so that days fall on each other's edges all the time.
days = st.integers(-9, 4).map(lambda days: TODAY + timedelta(days=days))
kinds = st.sampled_from(
    ("usage", "tickets", "features", "contracts")
)  # daily, events, states, terms


@given(
    kind=kinds,
    event_days=st.lists(days, max_size=4, unique=True).map(sorted),
    deliveries=st.lists(days, max_size=3, unique=True).map(sorted),
    through=st.none() | days,
    since=st.none() | days,
    covers=st.sampled_from(("all", "named")),
    expected_every_days=st.integers(1, 5),
    stale_for_days=st.none() | st.integers(0, 3),
)
def test_a_feed_is_read_as_far_as_the_oracle_reads_it(kind: str, **drawn: Any) -> None:
    drawn["event_days"], drawn["deliveries"] = map(
        tuple, (drawn["event_days"], drawn["deliveries"])
    )
    feed, table = Feed("feed", (kind,), **drawn), TABLES[kind]
    assert feed.watermark(TODAY, table) == feeds.newest_day(feed, table, TODAY)
    assert feed.reads_on(TODAY, table) == feeds.read_until(feed, table, TODAY)
    assert feed.has_stopped(TODAY, table) == feeds.has_stopped(feed, table, TODAY)
    covered = feeds.coverage([feed], table, [], TODAY)
    if feed.covers == "all" and feed.reads_on(TODAY, table):
        assert feed.starts_on(table) == (covered and covered.start)


@given(data=st.data(), definition=definitions())
def test_an_account_gets_the_card_that_the_oracle_gives_it(
    data: st.DataObject, definition: Definition
) -> None:
    exemption = Exemption("a", "we agreed", data.draw(amendments(definition.root)))
    definition = replace(definition, exemptions=(exemption,))
    for account in ("a", "b"):
        for own in (*definition.segments, None):
            found = segment.applied(definition, account, own.name if own else "nobody's")
            # The oracle chooses by conditions: here it has one segment, which everybody is in.
            only = (replace(own, when=ALWAYS),) if own else ()
            alone, row = replace(definition, segments=only), {"account_id": account}
            card = cards.card_of(alone, account, row, TODAY)
            assert (found.definition.root, found.segment) == (card.root, card.segment)
    for path, share in nominal_shares(definition.root).items():
        assert abs(share - cards.nominal_share(definition.root, path)) < 1e-12


@given(
    score=st.floats(0, 100) | st.sampled_from((0.0, 37.0, 40.0, 43.0, 67.0, 70.0, 73.0, 100.0)),
    hair=st.sampled_from((0.0, 1e-12, -1e-12, 1e-8, -1e-8)),
    before=st.sampled_from((None, "Green", "Amber", "Red", "a band of an older card")),
    hysteresis=st.sampled_from((0.0, 3.0, 20.0)),
)
def test_a_score_is_in_the_band_that_the_oracle_finds(
    score: float, hair: float, before: str | None, hysteresis: float
) -> None:
    definition = Definition("card", Group("health", ()), BANDS, 0.5, hysteresis=hysteresis)
    score = min(100.0, max(0.0, score + hair))
    found: Band = band_of(score, BANDS, before, hysteresis)
    assert found == scores.band_of(score, definition, before)


@given(measure=measures("m"))
def test_a_measure_reads_and_needs_the_columns_that_the_oracle_lists(measure: Any) -> None:
    assert measure.reads == columns.read_by(measure)
    assert measure.needs == columns.needed_by(measure)
    table = TABLES[measure.table]
    for name in measure.reads:
        assert table.reference(name) == columns.reference(table, name)
