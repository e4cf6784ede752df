"""This file holds that book and portfolio mark, count and list whose touch is overdue by the card, and say 45 days where it says none."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

import pytest
from django.test import Client

from keepwell.app import actions
from keepwell.app.installation import Installation
from tests.app import test_query_counts
from tests.app.test_query_counts import ACCOUNTS, DAY, TODAY, cleo
from tests.cast import ANA, CARD, Import
from tests.pages import MORNING

existing = (
    test_query_counts.existing
)  # the fixture: and every other are of everyone, A-2 and the rest are close


def meet(installation: Installation, *accounts: str, days_ago: int) -> None:
    brought = Import(since=TODAY - 400 * DAY, on_load=TODAY)
    at = datetime.combine(TODAY - days_ago * DAY, MORNING.time())
    brought.rows("meetings", *(
        {"id": f"M-{name}-{days_ago}", "account_id": name, "at": at, "status": "held"} for name in accounts
    ))  # fmt: skip
    actions.loads.load(
        brought.stage, con=brought.con, installation=installation, by=ANA, at=MORNING
    )


def words(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.mark.both_databases
def test_a_touch_is_overdue_by_the_segment_of_the_card(existing: Installation) -> None:
    meet(existing, "A-2", "A-3", days_ago=10)
    browser = cleo("csm")
    said = words(browser, "/portfolio")
    assert f"Touch overdue {ACCOUNTS - 1} of {ACCOUNTS}; 7 to 45 days allowed" in said
    assert said.count(" ago overdue") == 1, "ten days ago is too long for A-2 alone"
    assert said.count("never overdue") == ACCOUNTS - 2
    listed = browser.get("/portfolio?untouched=overdue").content.decode()
    assert 'href="/accounts/A-2"' in listed
    assert 'href="/accounts/A-3"' not in listed
    assert '<option value="overdue" selected>' in listed
    assert f"Accounts {ACCOUNTS - 1} " in words(browser, "/portfolio?untouched=overdue")
    mine = words(browser, "/book?all=1")
    assert f"Touch overdue {ACCOUNTS - 1} 7 to 45 days allowed largest: " in mine
    assert "touch overdue" in mine


@pytest.mark.both_databases
def test_nobody_is_overdue_once_they_were_met(existing: Installation) -> None:
    meet(existing, *(f"A-{number}" for number in range(1, ACCOUNTS + 1)), days_ago=7)
    browser = cleo("csm")
    said = words(browser, "/portfolio")
    assert f"Touch overdue 0 of {ACCOUNTS}" in said
    assert "ago overdue" not in said
    assert "No account fits." in words(browser, "/portfolio?untouched=overdue")
    mine = words(browser, "/book?all=1")
    assert "Touch overdue 0 7 to 45 days allowed nobody" in mine
    assert "touch overdue" not in mine


def test_a_card_that_says_no_days_keeps_45(existing: Installation) -> None:
    meet(existing, "A-2", days_ago=10)
    actions.scorecards.publish(text=CARD, note="next", by=ANA, at=MORNING, parent=1)
    actions.scores.run(installation=existing, as_of=TODAY + DAY, by=ANA, at=MORNING)
    browser = cleo("csm")
    said = words(browser, "/portfolio")
    assert f"No meeting in 45 days {ACCOUNTS - 1} of {ACCOUNTS}" in said
    assert "overdue" not in said
    assert "No account fits." in words(browser, "/portfolio?untouched=overdue"), "of an old link"
    mine = words(browser, "/book")
    assert f"No meeting held in 45 days {ACCOUNTS - 1} largest: " in mine
    assert "overdue" not in mine
