"""This file presses the buttons of the page of the data with a real browser: work begins, shows how far it is, and says what it did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, SignedIn, Site, starter_served
from tests.browser.looks import faults
from tests.installations import BY


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A company of its own: scores of today would change what other tests look at."""
    with starter_served(tmp_path_factory) as served:
        yield served


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_scores_that_are_asked_for_are_made_while_one_looks(signed_in: SignedIn) -> None:
    mine = signed_in("admin")
    mine.goto("/portfolio")
    expect(mine.get_by_text(re.compile("These scores are .* days old"))).to_be_visible()
    mine.keyboard.press("g")
    mine.keyboard.press("d")
    mine.wait_for_url("**/data")
    assert faults(mine) == []
    press(mine, "Score now")
    bar = mine.get_by_role("progressbar", name=re.compile("Scoring"))
    expect(bar).to_be_visible()
    done = mine.get_by_text(re.compile(r"Scored \d+ accounts as of"))
    expect(done).to_be_visible(timeout=PATIENCE * 1000)
    expect(bar).to_have_count(0)
    scores = mine.get_by_role("region", name="Newest scores")
    expect(scores.get_by_text("scored")).to_be_visible()
    assert faults(mine) == []
    asked = []
    mine.on("request", lambda request: asked.append(request.url))
    mine.wait_for_timeout(2500)
    assert asked == [], "what has ended is not asked for again"
    mine.goto("/portfolio")
    expect(mine.get_by_text("days old")).to_have_count(0)


def test_what_is_being_done_is_shown_to_everybody(signed_in: SignedIn, site: Site) -> None:
    """Work that another process does: this one only looks, and says that it failed once nothing is heard of it."""

    def heard(doing: str, done: float, ago: int = 0) -> None:
        from keepwell.app.actions import jobs

        at = datetime.now(UTC) - timedelta(seconds=ago)
        jobs.hear(job_id=number, runner="another", doing=doing, done=done, at=at)

    def begin() -> int:
        from django.db import transaction

        from keepwell.app.actions import jobs

        at = datetime.now(UTC)
        with transaction.atomic():  # the server takes work that waits too
            asked = jobs.ask(kind="import", by=BY, at=at)
            assert jobs.take(runner="another", at=at) == asked
        return asked

    theirs = signed_in("csm")
    number = site.within(begin)
    site.within(lambda: heard("billing.csv", 0.25))
    theirs.goto("/data")
    expect(theirs.get_by_role("button", name="Import now")).to_have_count(0)
    bar = theirs.get_by_role("progressbar", name="Import billing.csv")
    expect(bar).to_have_attribute("value", "25")
    assert faults(theirs) == []
    site.within(lambda: heard("usage.csv", 0.5))
    expect(theirs.get_by_role("progressbar", name="Import usage.csv")).to_have_attribute("value", "50")  # fmt: skip
    site.within(lambda: heard("usage.csv", 0.5, ago=61))
    expect(theirs.get_by_text("Import failed.")).to_be_visible()
    admin = signed_in("admin")
    admin.goto("/data")
    expect(admin.get_by_text("The process that did this has stopped.")).to_be_visible()
