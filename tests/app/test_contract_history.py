"""This file holds what a judgement stands on: which lines and notices count, when they were said, and up to which day that is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from keepwell.app import actions
from keepwell.app.actions import engines
from keepwell.app.installation import Installation
from keepwell.app.queries import contract_history
from keepwell.app.queries.contract_history import History
from keepwell.app.viewers import SYSTEM
from keepwell.health.judge.leaving import Notice
from tests.cast import ANA, Import, line, use

LOADED = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def load(installation: Installation, brought: Import, at: datetime = LOADED) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


def read(installation: Installation) -> History:
    with engines.latest(installation) as snapshot:
        return contract_history.read(SYSTEM, installation, snapshot)


def renewal(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "account_id": id, "movement": "churn", **more}


@pytest.mark.both_databases
def test_only_recurring_lines_say_who_is_a_customer(installation: Installation) -> None:
    kinds = {"recurring": "recurring", "unsaid": None, "trial": "trial", "services": "services"}
    brought = Import().rows(
        "contracts",
        *(line(name, name, kind=kind, annual_amount=12) for name, kind in kinds.items()),
    )
    load(installation, brought)
    found = read(installation).lines
    assert [each.id for each in found] == ["recurring", "unsaid"]
    assert {(each.known_on, each.amount) for each in found} == {(LOADED.date(), 12.0)}


def test_leaving_was_said_on_the_earlier_of_noticed_and_decided(installation: Installation) -> None:
    first, second, due, ends = (date(2026, 1, day) for day in (3, 9, 20, 31))
    brought = Import().rows("contracts", line("L", starts_on=date(2025, 1, 1)))
    brought.rows(
        "renewals",
        renewal("noticed", noticed_on=first, decided_on=second, effective_on=ends, due_on=due),
        renewal("decided", noticed_on=second, decided_on=first, due_on=due, reason="price"),
        renewal("once", decided_on=second),
        renewal("unsaid", effective_on=ends),
        renewal("more", decided_on=first, movement="upsell"),
    )
    load(installation, brought)
    assert list(read(installation).notices) == [
        Notice("decided", first, due, "price"),
        Notice("noticed", first, ends),
        Notice("once", second),
    ]


def test_the_days_after_the_last_fact_say_nothing_of_who_left(installation: Installation) -> None:
    """Years without a renewal after the end of an export are no years in which all left."""
    brought = Import().rows("contracts", line("L", starts_on=date(2024, 1, 1), ends_on=None))
    load(installation, brought.rows("usage", use("u", at=datetime(2025, 7, 9, 9))))
    found = read(installation)
    assert found.until == date(2025, 7, 10)
    assert found.first_load == LOADED.date()


def test_known_is_what_was_known_before_the_newest_load(installation: Installation) -> None:
    uses = [use(f"u{nth}", at=datetime(2026, 3, 1, 9) + nth * DAY) for nth in range(5)]
    brought = Import().rows("contracts", line("L", ends_on=None))
    load(installation, brought.rows("usage", *uses))
    assert read(installation).until == LOADED.date()


def test_after_contracts_have_stopped_coming_nobody_has_left(installation: Installation) -> None:
    """Use goes on to be delivered: without this, each line that ended since would be a loss."""
    load(installation, Import(feed="billing").rows("contracts", line("L")))
    for weeks in (1, 2):
        later = LOADED + weeks * 7 * DAY
        at = later.replace(tzinfo=None) - DAY
        load(installation, Import(feed="product").rows("usage", use(f"u{weeks}", at=at)), later)
        # Expected every seven days: after a week it is on time, after two it is late.
        assert read(installation).until == (later.date() if weeks == 1 else LOADED.date() + DAY)


def test_all_lines_are_there_from_the_day_the_feed_says(installation: Installation) -> None:
    load(installation, Import(since=date(2025, 2, 1)).rows("contracts", line("L")))
    assert read(installation).since == date(2025, 2, 1)
