"""This file holds how often a page asks the database: as often for many accounts as for few, and seldom enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from keepwell.app import actions
from keepwell.app.installation import Installation
from tests.app.people import add
from tests.cast import ANA, CARD, Import, account, line, use
from tests.filled import filled_once
from tests.pages import MORNING, Somebody, by_link

MOST = 12
WHO = (
    "django_session",
    'FROM "keepwell_user" WHERE "keepwell_user"."id" = ',
    "keepwell_absence",
)  # every page asks them: who reads, and whom they cover
ACCOUNTS = 30
TODAY = MORNING.date()
DAY = timedelta(days=1)
PAGES = ("/portfolio", "/portfolio?band=Red&decides=90&sort=-revenue", "/portfolio?untouched=overdue", "/accounts/A-1")  # fmt: skip
TOUCH_CARD = CARD.replace(
    "health:\n",
    """touch_within: 45 days
segments:
  - segment: close
    when: segment = large
    touch_within: 7 days
health:
""",
)


@pytest.fixture
@filled_once
def existing(installation: Installation, morning: None) -> Installation:
    """Thirty accounts of Cleo's, whom nobody has met lately, scored on two dates by a card whose segments differ."""
    begin = TODAY - 400 * DAY
    brought = Import(since=begin, on_load=TODAY)
    names = [f"A-{number}" for number in range(1, ACCOUNTS + 1)]
    brought.rows("accounts", *(
        account(name, owner="Cleo Park", segment="large" if nth % 2 else "small", started_on=begin, valid_from=begin)
        for nth, name in enumerate(names)
    ))  # fmt: skip
    brought.rows("contracts", *(
        line(f"L-{name}", name, annual_amount=100 * nth, starts_on=begin, ends_on=TODAY + nth * DAY)
        for nth, name in enumerate(names)
    ))  # fmt: skip
    brought.rows("usage", *(
        use(f"u-{name}-{n}", name, at=MORNING.replace(tzinfo=None) - n * DAY)
        for nth, name in enumerate(names) for n in range(1, 2 + nth % 7)
    ))  # fmt: skip
    actions.loads.load(
        brought.stage, con=brought.con, installation=installation, by=ANA, at=MORNING
    )
    actions.scorecards.publish(text=TOUCH_CARD, note="first", by=ANA, at=MORNING, parent=None)
    for weeks in (1, 0):
        actions.scores.run(
            installation=installation, as_of=TODAY - weeks * 7 * DAY, by=ANA, at=MORNING
        )
    return installation


def cleo(role: str) -> Client:
    """The browser of the person who owns all accounts."""
    user_id = add("Cleo Park", role, owner="Cleo Park")
    return by_link(Somebody(user_id, "cleo.park@harbour.example"))


def asked(browser: Client, path: str) -> list[str]:
    """What a page asks the database once the process has read the card."""
    found: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        found.append(sql)
        return execute(sql, *more)

    browser.get(path)
    with connection.execute_wrapper(listen):
        answer = browser.get(path)
    assert answer.status_code == 200, path
    assert "A-1" in answer.content.decode(), f"{path} shows accounts"
    return [sql for sql in found if not any(table in sql for table in WHO)]


@pytest.mark.both_databases
@pytest.mark.parametrize("role", ["admin", "csm"])
def test_a_page_asks_the_database_seldom(existing: Installation, role: str) -> None:
    somebody = cleo(role)
    for path in PAGES:
        questions = asked(somebody, path)
        assert len(questions) <= MOST, f"{path} for {role}: " + "\n".join(questions)


def test_a_book_asks_as_often_whatever_is_in_it(existing: Installation) -> None:
    """Each account adds no question of its own, whether its touch is overdue or not."""
    somebody = cleo("csm")
    assert len(asked(somebody, "/book")) < ACCOUNTS
