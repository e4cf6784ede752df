"""This file holds that my book says on one short line why somebody comes first, and loses no reason."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from keepwell.app import actions
from keepwell.app.installation import Installation
from keepwell.app.web import home
from keepwell.app.web.book import SHORT
from tests.app import test_query_counts
from tests.app.test_query_counts import TODAY, cleo
from tests.cast import ANA, BEN
from tests.pages import MORNING, by_link, person

existing = test_query_counts.existing  # the fixture


def rows(html: str) -> dict[str, str]:
    """The rows of the book by account."""
    queue = re.split(r"<div class=\"sc\">", html[html.index('<ol class="queue"') : html.index("</ol>")])[1:]  # fmt: skip
    return {re.findall(r'href="/accounts/([^"]+)"', row)[0]: row for row in queue}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_an_override_is_its_reason_on_the_line_and_whole_behind_it(existing: Installation) -> None:
    actions.overrides.override(
        installation=existing, account_id="A-8", score=9.0, because="Pilot of a cheaper vendor.", until=TODAY + timedelta(days=9), by=BEN, at=MORNING,
    )  # fmt: skip
    actions.scores.run(installation=existing, as_of=TODAY, by=ANA, at=MORNING)
    row = rows(cleo("csm").get("/book?all=1").content.decode())["A-8"]
    assert "<b>Override: Pilot of a cheaper vendor.</b>" in row
    rest = words(row[row.index('<details class="rest">') : row.index("</details>")])
    assert "Override: Pilot of a cheaper vendor. (ben@harbour.example, until 5 Dec)" in rest


def test_what_a_line_has_no_room_for_stands_behind_it(existing: Installation) -> None:
    found = rows(cleo("csm").get("/book?all=1").content.decode())
    assert found
    for row in found.values():
        line = words(re.findall(r'<div class="because">(.*?)</div>', row)[0])
        assert line, "everybody has a reason"
        if len(line) > SHORT + 2:
            assert line in words(row[row.index('<details class="rest">') :]), "a cut line is whole behind it"  # fmt: skip


def test_the_front_door_leads_nobody_into_a_book_of_everybody_that_nobody_can_look_through(
    existing: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The administrator of a large company owns no account, and would wait for all of them."""
    assert cleo("admin").get("/")["Location"] == "/book"  # her own
    browser = by_link(person("ada@harbour.example", role="admin"))
    assert browser.get("/")["Location"] == "/book"
    monkeypatch.setattr(home, "MOST_IN_BOOK", 2)
    assert browser.get("/")["Location"] == "/portfolio"
