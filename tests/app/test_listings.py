"""This file holds that a page of the list has the accounts that a plain look at each of them would give, in every order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.queries.listings import ORDERS, Filters, Order
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from tests.app import test_portfolio_filters, test_read_model
from tests.cast import ANA, NOON, VIEWER, Import, account, line, use

pytestmark = pytest.mark.both_databases
existing = test_read_model.existing  # the fixture
TODAY = test_portfolio_filters.TODAY
FILTERS = (
    Filters(), Filters(words="a-"), Filters(words="A-6"), Filters(words="zÜRICH"), Filters(words="nobody"), Filters(band="Green"), Filters(band="Red"), Filters(band=""),
    Filters(owner=""), Filters(owner="Ben"), Filters(segment="small"), Filters(decides_within=30), Filters(decides_within=400),
    Filters(untouched_for=1), Filters(untouched_for=40_000), Filters(least_revenue=0), Filters(least_revenue=100), Filters(least_revenue=1e40),
    Filters(band="Red", decides_within=400, least_revenue=1),
)  # fmt: skip


def fits(row: PortfolioRow, filters: Filters, on: date = TODAY) -> bool:
    """Tell in Python, as a person would, whether an account is wanted."""
    account = row.account
    ahead = [each for each in (account.next_notice_on, account.next_renewal_on) if each]
    within = filters.decides_within
    silent = filters.untouched_for
    return all(
        (
            filters.words.casefold() in account.name.casefold() or account.account_id == filters.words,
            filters.band is None or (row.score.band or "") == filters.band,
            filters.owner is None or account.owner == filters.owner,
            filters.segment is None or account.segment == filters.segment,
            within is None or any(on <= each <= on + timedelta(days=within) for each in ahead),
            silent is None or not account.last_touch_on or account.last_touch_on < on - timedelta(days=min(silent, 36_500)),
            not filters.least_revenue or float(account.revenue or 0) >= filters.least_revenue,
        )
    )  # fmt: skip


def nearest(row: PortfolioRow, on: date) -> date | None:
    ahead = (row.account.next_notice_on, row.account.next_renewal_on)
    return min((each for each in ahead if each and each >= on), default=None)


def keys(
    run: ScoredRun, rows: list[PortfolioRow], on: date
) -> dict[Order, Callable[[PortfolioRow], Any]]:
    """What each order sorts by; none is last whichever way."""
    # The run's own moves: an override that came since moves nobody in the list.
    moves = queries.trends.moves(VIEWER, run, [row.account.account_id for row in rows])
    return {
        "score": lambda row: row.score.score,
        "name": lambda row: row.account.name.casefold(),
        "revenue": lambda row: row.account.revenue,
        "decides": lambda row: nearest(row, on),
        "owner": lambda row: row.account.owner or None,
        "touch": lambda row: row.account.last_touch_on,
        "move": lambda row: moves[row.account.account_id].points,
    }


def plainly(rows: list[PortfolioRow], key: Callable[[PortfolioRow], Any], descending: bool) -> list[str]:  # fmt: skip
    by_id = sorted(rows, key=lambda row: row.account.account_id)
    known = [row for row in by_id if key(row) is not None]
    known.sort(key=key, reverse=descending)
    if descending:  # a reversed sort keeps the order of equals, and so do lists
        known.sort(key=key, reverse=True)
    return [row.account.account_id for row in (*known, *(row for row in by_id if key(row) is None))]


def listed(run: ScoredRun, filters: Filters, on: date = TODAY, **more: Any) -> list[str]:
    found = queries.listings.everyone(VIEWER, run, filters, on=on, **more)
    assert found.total == len(found.rows)
    return [row.account.account_id for row in found.rows]


@pytest.fixture
def scored(existing: Installation) -> ScoredRun:
    """Five weeks scored, in which three accounts came to be used less; two are overridden since."""
    then = datetime.combine(TODAY - timedelta(days=40), datetime.min.time())
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "usage", *(use(f"once-{name}-{nth}", name, at=then) for nth, name in enumerate(("A-1", "A-1", "A-2", "A-2", "A-3", "A-3", "A-3")))
    )  # fmt: skip
    brought.rows(
        "accounts",
        account("A-6", valid_from=date(2026, 2, 1), name="Zürich Rück", owner="", segment="small"),
    )
    test_read_model.load(existing, brought)
    test_portfolio_filters.filled(existing)
    for account_id in ("A-2", "A-4"):
        actions.overrides.override(
            installation=existing, account_id=account_id, score=3, because="so", until=TODAY + timedelta(days=9), by=ANA, at=NOON
        )  # fmt: skip
    run = queries.runs.newest(VIEWER)
    assert run is not None
    return run


@pytest.mark.parametrize("later", [0, 300])
def test_every_order_of_every_filter_is_that_of_a_plain_look(scored: ScoredRun, later: int) -> None:
    on = TODAY + timedelta(days=later)
    everybody = list(queries.portfolios.portfolio(VIEWER, scored, on=on))
    by = keys(scored, everybody, on)
    assert set(by) == set(ORDERS)
    for name in ("decides", "owner", "touch") if later else ("owner",):
        assert any(by[name](row) is None for row in everybody), f"nobody lacks {name}"
    some = 0
    for filters in FILTERS:
        wanted = [row for row in everybody if fits(row, filters, on)]
        some += 0 < len(wanted) < len(everybody)
        for order in ORDERS:
            for descending in (False, True):
                expected = plainly(wanted, by[order], descending)
                found = listed(scored, filters, on, order=order, descending=descending)
                assert found == expected, (filters, order, descending)
        assert queries.listings.ids(VIEWER, scored, filters, on=on) == sorted(
            row.account.account_id for row in wanted
        )
    assert some > 5, "filters that keep all or nobody try nothing"


def test_pages_are_the_list_cut_up(scored: ScoredRun) -> None:
    whole = listed(scored, Filters(), order="name")
    for filters in (Filters(), Filters(words="a-")):
        whole = listed(scored, filters, order="name")
        pages = [
            queries.listings.listing(VIEWER, scored, filters, on=TODAY, order="name", page=page, size=2)
            for page in range(1, 2 + len(whole) // 2)
        ]  # fmt: skip
        cut = [row.account.account_id for page in pages for row in page.rows]
        assert cut[: len(whole)] == whole
        assert {page.total for page in pages[:-1]} == {len(whole)}
    far = queries.listings.listing(VIEWER, scored, Filters(), on=TODAY, page=99, size=2)
    assert far.page == far.pages
    assert far.rows


def test_a_summary_adds_up_what_the_list_has(scored: ScoredRun) -> None:
    everybody = list(queries.portfolios.portfolio(VIEWER, scored, on=TODAY))
    found = queries.summaries.summary(
        VIEWER, scored, on=TODAY, deciding_days=400, untouched_days=30
    )
    risky = [row for row in everybody if row.score.meaning == "at risk"]
    assert (found.all.accounts, found.at_risk.accounts) == (len(everybody), len(risky))
    assert found.all.revenue == sum(row.account.revenue or 0 for row in everybody)
    assert found.untouched == sum(fits(row, Filters(untouched_for=30)) for row in everybody)
    deciding = [row for row in risky if row.account.next_decision(TODAY, 400)]
    paid = sum(row.account.revenue or 0 for row in deciding)
    assert (found.at_risk_and_deciding.accounts, found.at_risk_and_deciding.revenue) == (len(deciding), paid)  # fmt: skip
    known = [row.score.score for row in everybody if row.score.score is not None]
    assert found.average == pytest.approx(sum(known) / len(known))
    weeks = queries.summaries.at_risk_by_week(VIEWER, scored, weeks=26)
    assert weeks[-1].on == scored.as_of
    assert len(weeks) > 1


def test_a_summary_follows_whatever_changes(existing: Installation, scored: ScoredRun) -> None:
    """It is kept for as long as no account changes, which is told by more than the run and the day."""

    def summed() -> tuple[object, ...]:
        run = queries.runs.newest(VIEWER)
        assert run
        everybody = list(queries.portfolios.portfolio(VIEWER, run, on=TODAY))
        found = queries.summaries.summary(VIEWER, run, on=TODAY)
        assert queries.summaries.summary(VIEWER, run, on=TODAY) == found
        risky = [row for row in everybody if row.score.meaning == "at risk"]
        owners = tuple(sorted({row.account.owner for row in everybody if row.account.owner}))
        assert found.owners == owners
        assert queries.accounts.owners(VIEWER) == owners
        assert found.all.revenue == sum(row.account.revenue or 0 for row in everybody)
        assert found.at_risk.accounts == len(risky)
        assert found.untouched == sum(fits(row, Filters(untouched_for=45)) for row in everybody)
        return found.all.revenue, found.owners, found.at_risk, found.untouched

    seen = [summed()]
    healthy = next(row for row in queries.portfolios.portfolio(VIEWER, scored) if row.score.meaning == "healthy")  # fmt: skip
    actions.overrides.override(
        installation=existing, account_id=healthy.account.account_id, score=1.0, because="They told us.",
        until=TODAY + timedelta(days=30), by=ANA, at=datetime.combine(TODAY, NOON.timetz()),
    )  # fmt: skip
    seen.append(summed())
    brought = Import(since=TODAY - timedelta(days=400), on_load=TODAY)
    brought.rows("accounts", account("A-6", owner="Zoe", valid_from=TODAY - timedelta(days=2)))
    brought.rows("contracts", line("L-new", "A-6", annual_amount=123456, starts_on=TODAY - timedelta(days=9), ends_on=TODAY + timedelta(days=99)))  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=datetime.combine(TODAY, NOON.timetz()))  # fmt: skip
    seen.append(summed())
    assert len(set(seen)) == len(seen), "each change is seen"


def test_the_deepest_fall_comes_first(scored: ScoredRun) -> None:
    rows = [row.account.account_id for row in queries.portfolios.portfolio(VIEWER, scored)]
    moves = queries.trends.moves(VIEWER, scored, rows)
    fallen = sorted(
        (move.points, name) for name, move in moves.items() if move.points and move.points < 0
    )
    assert len(fallen) == 3
    assert (
        queries.listings.biggest_drops(VIEWER, scored, most=9) == [name for _, name in fallen][:9]
    )
