"""This file holds how a portfolio is summed up by two cards: who turns which way, what hangs on it, who moves furthest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from keepwell.health.definition.band import Band, Meaning
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import preview
from keepwell.health.explain.preview import AccountPreview

AS_OF = date(2026, 3, 1)
BANDS = (
    Band("Green", 70, "healthy"),
    Band("Lime", 60, "watch"),
    Band("Amber", 40, "watch"),
    Band("Red", 0, "at risk"),
)
OTHERS = (Band("Well", 80, "healthy"), Band("Ill", 0, "at risk"))


def score(points: float | None, band: str | None, meaning: Meaning | None) -> Score:
    status = "scored" if points is not None else "not enough data"
    return Score("A-1", AS_OF, points, band, meaning, 1.0, None, status)  # type: ignore[arg-type]


GREEN, LIME, AMBER, RED = (
    score(80, "Green", "healthy"), score(65, "Lime", "watch"), score(50, "Amber", "watch"), score(10, "Red", "at risk"),
)  # fmt: skip
NONE = score(None, None, None)


def account(
    account_id: str,
    before: Score,
    after: Score,
    revenue: int | None = None,
    segment: str | None = None,
) -> AccountPreview:
    amount = None if revenue is None else Decimal(revenue)
    return AccountPreview(
        account_id,
        account_id,
        segment,
        amount,
        before,
        after,
        preview.turn(before, after, BANDS, BANDS),
    )


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        (GREEN, GREEN, None),
        (GREEN, AMBER, "worse"),
        (RED, AMBER, "better"),
        (AMBER, LIME, "better"),
        (LIME, AMBER, "worse"),
        (NONE, NONE, None),
        (NONE, RED, "gains a score"),
        (GREEN, NONE, "loses its score"),
    ],
)
def test_a_turn_has_a_direction(before: Score, after: Score, turn: str | None) -> None:
    assert preview.turn(before, after, BANDS, BANDS) == turn


def test_a_band_of_another_name_is_judged_by_what_it_means() -> None:
    well, ill = score(90, "Well", "healthy"), score(10, "Ill", "at risk")
    assert preview.turn(GREEN, well, BANDS, OTHERS) == "other"
    assert preview.turn(AMBER, well, BANDS, OTHERS) == "better"
    assert preview.turn(AMBER, ill, BANDS, OTHERS) == "worse"


def test_a_band_that_keeps_its_name_and_changes_its_meaning_is_a_turn() -> None:
    was, now = score(50, "Amber", "watch"), score(50, "Amber", "at risk")
    assert preview.turn(was, now, BANDS, BANDS) == "worse"


def test_revenue_that_is_not_known_is_counted_and_not_taken_for_nothing() -> None:
    rows = [account("a", GREEN, AMBER, 100), account("b", GREEN, AMBER), account("c", AMBER, AMBER)]
    cells = {(cell.before, cell.after): cell for cell in preview.matrix(rows)}
    turned, stays = cells["Green", "Amber"], cells["Amber", "Amber"]
    assert (turned.accounts, turned.revenue, turned.without_revenue) == (2, Decimal(100), 1)
    assert (stays.accounts, stays.revenue, stays.without_revenue) == (1, None, 1)


def test_a_spread_counts_the_highest_score_in_the_last_bin_and_leaves_out_who_has_none() -> None:
    found = preview.distribution(
        [
            score(100, "Green", "healthy"),
            score(90, "Green", "healthy"),
            score(9.9, "Red", "at risk"),
            NONE,
        ]
    )
    assert (found.bins, found.without_score) == ((1, 0, 0, 0, 0, 0, 0, 0, 0, 2), 1)
    assert (found.mean, found.median) == (pytest.approx(199.9 / 3), 90)
    assert found.bands == {"Green": 2, "Red": 1}


def test_without_any_score_there_is_no_mean() -> None:
    found = preview.distribution([NONE])
    assert (found.mean, found.median, sum(found.bins)) == (None, None, 0)


def test_accounts_without_a_segment_are_a_part_of_their_own() -> None:
    rows = [
        account("a", GREEN, AMBER),
        account("b", RED, RED, segment="small"),
        account("c", RED, AMBER, segment="small"),
    ]
    assert [
        (part.segment, part.accounts, part.before.mean, part.after.mean)
        for part in preview.by_segment(rows)
    ] == [
        ("small", 2, 10, 30),
        (None, 1, 80, 50),
    ]


def test_the_furthest_movers_come_first_and_those_without_a_score_are_none() -> None:
    rows = [
        account("a", GREEN, AMBER, 1),
        account("b", GREEN, AMBER, 5),
        account("c", GREEN, RED),
        account("d", RED, RED),
        account("e", RED, NONE),
    ]
    assert [row.account_id for row in preview.movers(rows, 10)] == ["c", "b", "a"]
    assert [row.account_id for row in preview.movers(rows, 2)] == ["c", "b"]
