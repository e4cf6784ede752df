"""This file holds that the database chooses the accounts that a plain look at each of them would."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Account
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.errors import IntegrityError
from tests.app import test_read_model
from tests.app.test_read_model import LATEST, backfill
from tests.cast import ANA, NOON, VIEWER, Import, account, line

existing = test_read_model.existing  # the fixture
TODAY = LATEST
AMOUNTS = (None, -1.0, 0.0, 0.5, 100.0, 100.1, 250.5, 600.0, 1e9, 1e40, float("inf"))
WITHIN = (None, (TODAY, 0), (TODAY, 30), (TODAY, 90), (TODAY + timedelta(days=60), 400))


def plainly(
    rows: list[PortfolioRow], within: tuple[date, int] | None, least: float | None
) -> list[str]:
    """Look at each account in Python, as a person would."""
    found = []
    for row in rows:
        if within:
            on, days = within
            ahead = (row.account.next_notice_on, row.account.next_renewal_on)
            if not any(each and on <= each <= on + timedelta(days=days) for each in ahead):
                continue
        if least is None or float(row.account.revenue or 0) >= least:
            found.append(row.account.account_id)
    return found


def ids(run: ScoredRun, **wanted: Any) -> list[str]:
    return [row.account.account_id for row in queries.portfolios.portfolio(VIEWER, run, **wanted)]


def filled(installation: Installation) -> tuple[ScoredRun, ...]:
    """Add lines that end soon or have a notice period, and an account that pays a fraction or nothing."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts",
        account("A-8", started_on=date(2025, 1, 1)),
        account("A-9", started_on=date(2025, 1, 1)),
    )
    brought.rows(
        "contracts",
        line("N-1", "A-1", annual_amount=0, ends_on=TODAY + timedelta(days=30), notice_days=10),
        line("N-2", "A-2", annual_amount=0, ends_on=TODAY + timedelta(days=90), notice_days=90),
        line("N-8", "A-8", annual_amount="0.1", ends_on=TODAY + timedelta(days=20)),
        line("N-3", "A-3", annual_amount="50.5", ends_on=TODAY + timedelta(days=200), notice_days=1),
    )  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    return backfill(installation)


@pytest.mark.both_databases
def test_the_database_chooses_as_a_plain_look_does(existing: Installation) -> None:
    runs = filled(existing)
    actions.overrides.override(
        installation=existing, account_id="A-1", score=95.0, because="They signed.",
        until=TODAY + timedelta(days=300), by=ANA, at=NOON,
    )  # fmt: skip
    chosen = set()
    for run, on in ((runs[-1], TODAY), (runs[-1], None), (runs[0], None)):
        everybody = list(queries.portfolios.portfolio(VIEWER, run, on=on))
        for within, least in product(WITHIN, AMOUNTS):
            expected = plainly(everybody, within, least)
            assert ids(run, renews_within=within, revenue=least, on=on) == expected, (within, least)
            chosen.add(tuple(expected))
    assert len(chosen) > 8, "the filters tell accounts apart"
    assert ids(runs[-1], revenue=float("nan"), on=TODAY) == []
    assert ids(runs[-1], revenue=float("-inf")) == ids(runs[-1])


def test_pages_of_those_who_pay_follow_one_another(existing: Installation) -> None:
    run = filled(existing)[-1]
    wanted = ids(run, revenue=300.0)
    found, after = [], None
    while True:
        page = queries.portfolios.page(VIEWER, run, revenue=300.0, limit=1, after=after)
        found += [row.account.account_id for row in page.rows]
        if (after := page.next) is None:
            break
    assert (found, len(found) > 1) == (wanted, True)


def test_an_account_that_was_changed_behind_the_back_is_not_chosen_in_silence(
    existing: Installation,
) -> None:
    run = filled(existing)[-1]
    Account.objects.filter(account_id="A-1").update(revenue=5000)
    with pytest.raises(IntegrityError):
        ids(run, revenue=4000.0)
