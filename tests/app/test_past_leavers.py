"""This file holds what a preview says of last year's leavers: both cards on the same months, by what had happened by then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.app import actions
from keepwell.app.actions import past_leavers
from keepwell.app.installation import Installation
from keepwell.app.models.scores import Run
from tests.app.leavers import BEGAN, LEAVERS, LOADED, OTHER_WAY, company, loaded
from tests.cast import ANA
from tests.filled import filled_once


@pytest.fixture
@filled_once
def known(installation: Installation) -> Installation:
    return loaded(installation, company(BEGAN))


@pytest.mark.both_databases
def test_both_cards_say_what_they_would_have_said(known: Installation) -> None:
    found = past_leavers.run(installation=known, text=OTHER_WAY, by=ANA)
    assert found is not None
    assert (found.since, found.until) == (LOADED.date() - timedelta(days=365), LOADED.date())
    assert 0 < len(found.rows) <= LEAVERS
    assert all(row.before.left_on >= found.since for row in found.rows)
    assert all(row.before.account_id == row.after.account_id for row in found.rows)
    assert all(row.name == f"Account {row.before.account_id}" for row in found.rows)
    pairs = {(row.before.band, row.after.band) for row in found.rows}
    assert pairs >= {
        ("Amber", "Green"),
        ("Green", "Red"),
    }  # what is high by one is low by the other
    alone = actions.backtests.run(installation=known, by=ANA, made="happened", draws=2)
    assert {row.before for row in found.rows} <= set(alone.backtest.losses)


def test_those_who_paid_the_most_come_first_and_nothing_is_stored(known: Installation) -> None:
    found = past_leavers.run(installation=known, text=OTHER_WAY, by=ANA)
    assert found is not None
    paid = [row.after.revenue or 0.0 for row in found.rows]
    assert paid == sorted(paid, reverse=True)
    assert not Run.objects.exists()


def test_where_nobody_can_be_known_to_have_left_nothing_is_said(installation: Installation) -> None:
    here = loaded(installation, company(LOADED.date() - timedelta(days=20)))
    found = past_leavers.run(installation=here, text=OTHER_WAY, by=ANA)
    assert found is None or not any(row.before.left_on < date(2025, 6, 1) for row in found.rows)
