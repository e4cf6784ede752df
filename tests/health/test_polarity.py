"""This file tests what the tables know of good and bad news, and against which scales it is held."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check
from keepwell.health.checks.analysis import polarity
from keepwell.health.definition.grammar import read
from tests.health.cards import CARD


@pytest.mark.parametrize(
    ("table", "condition", "expected"),
    [
        ("tickets", "is_escalated", "bad"),
        ("tickets", "not is_escalated", "good"),
        ("tickets", "is_escalated = no", "good"),
        ("tickets", "resolved_at is missing", "bad"),
        ("tickets", "resolved_at is not missing", "good"),
        ("tickets", "priority in (high, urgent)", "bad"),
        ("tickets", "priority in (normal, urgent)", ""),
        ("tickets", "priority not in (high, urgent)", "good"),
        ("tickets", "satisfaction >= 4", "good"),
        ("tickets", "satisfaction < 3", "bad"),
        ("tickets", "satisfaction >= 4 and is_escalated", ""),
        ("tickets", "satisfaction >= 4 and priority = low", "good"),
        ("tickets", "requester = mia", ""),
        ("meetings", "status = held", "good"),
        ("meetings", "status != held", "bad"),
        ("signals", "direction = bad or kind = layoffs", "bad"),
        ("contacts", "is_sponsor and (left_on is missing or left_on >= as_of)", "good"),
        ("renewals", "movement = churn", "bad"),
    ],
)
def test_a_condition_is_good_or_bad_news_or_neither(
    table: str, condition: str, expected: str
) -> None:
    assert polarity.of_condition(read(condition, TABLES[table]), TABLES[table]) == expected


VIEW = """  - measure: our_view
    table: {table}
    take: {take}
    window: 90 days
    weight: 1
    points: {points}
"""


@pytest.mark.parametrize(
    ("table", "take", "points", "codes"),
    [
        ("tickets", "count\n    where: resolved_at is missing", "{worst: 0, best: 9}", ["C242"]),
        ("tickets", "count\n    where: resolved_at is missing", "{worst: 9, best: 0}", []),
        ("tickets", "count", "{worst: 0, best: 9}", []),
        ("usage", "count", "{worst: 9, best: 0}", ["C242"]),
        ("usage", "count\n    where: feature = cancel", "{worst: 9, best: 0}", []),
        ("usage", "growth of sum quantity", "{worst: 9, best: 0}", []),
        ("meetings", "share where status = no-show", "{peers: all}", ["C242"]),
        ("meetings", "share where status = no-show", "{peers: all, better: lower}", []),
        ("tickets", "mean resolution_hours", "{baseline: 180 days, worst: 0, best: 1}", ["C242"]),
        (
            "invoices",
            "max days_late",
            "{steps: [{below: 1, points: 0}, {otherwise: 100}]}",
            ["C242"],
        ),
        (
            "invoices",
            "max days_late",
            "{steps: [{below: 1, points: 0}, {below: 9, points: 100}, {otherwise: 0}]}",
            [],
        ),
        ("advocacy", "days since", "{worst: 0, best: 90}", ["C242"]),
        ("signals", "latest direction", "{lookup: {good: 0, neutral: 50, bad: 50}}", ["C243"]),
        ("signals", "latest direction", "{lookup: {good: 50, bad: 50}}", []),
    ],
)
def test_a_scale_is_held_against_what_the_tables_know(
    table: str, take: str, points: str, codes: list[str]
) -> None:
    text = CARD[: CARD.index("  - measure: our_view")] + VIEW.format(
        table=table, take=take, points=points
    )
    text = text.replace("    window: 90 days\n", "") if take == "days since" else text
    document = check.check(text + "    missing: skip\n", file="card.yaml", tables=TABLES)
    assert document.definition is not None, document.faults
    assert [fault.code for fault in document.faults if fault.code in ("C242", "C243")] == codes
