"""This file holds that every step on the page of a change opens what is behind it, and that what moved nothing is listed too."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from keepwell.app import actions
from keepwell.app.installation import Installation
from tests.cast import ANA, BEN, Import, account, line, ticket, use
from tests.filled import filled_once
from tests.pages import MORNING, by_link, person

DAY = timedelta(days=1)
TODAY = MORNING.date()
BEFORE = TODAY - 7 * DAY
BEGIN = TODAY - 300 * DAY
CARD = """\
keepwell: 1
name: first
least_coverage: 50 %
parents: by count
bands:
  - {name: Green, from: 50, means: healthy}
  - {name: Red, from: 0, means: at risk}
health:
  - {measure: uses, title: Uses, table: usage, take: count, window: 28 days, points: {peers: all, better: higher}, weight: 2, missing: skip, indicator: leading}
  - {measure: open, title: Tickets, table: tickets, take: count, window: 28 days, points: {worst: 4, best: 1}, weight: 1, missing: skip, indicator: leading}
  - {measure: watched, title: Uses this week, table: usage, take: count, window: 7 days, points: {worst: 0, best: 4}, weight: 0, missing: skip, indicator: leading}
rules:
  - {cap: 20, when: uses < 4, because: Hardly anybody uses it.}
"""
NAMES = [f"A-{nth}" for nth in range(1, 25)]


def at(days_ago: int) -> datetime:
    return MORNING.replace(tzinfo=None) - days_ago * DAY


@pytest.fixture
@filled_once
def existing(installation: Installation, morning: None) -> Installation:
    """A-1 was used, and is less; one account of a parent; one that left between the two dates, and one whose peers alone moved."""
    brought = Import(since=date(2020, 1, 1), on_load=TODAY)
    rows = [account(name, name=f"Firm {name}", started_on=BEGIN, valid_from=BEGIN) for name in NAMES]  # fmt: skip
    rows += [
        account("P-1", name="Group P", started_on=BEGIN, valid_from=BEGIN),
        account("P-2", name="Daughter", parent_id="P-1", started_on=BEGIN, valid_from=BEGIN),
        account("G-1", name="Gone", started_on=BEGIN, valid_from=BEGIN),
    ]
    brought.rows("accounts", *rows)
    brought.rows("contracts", *(
        line(f"L-{name}", name, annual_amount=100, starts_on=BEGIN, ends_on=TODAY + 90 * DAY) for name in (*NAMES, "P-1", "P-2")
    ), line("L-G", "G-1", annual_amount=100, starts_on=BEGIN, ends_on=TODAY - 64 * DAY))  # fmt: skip
    uses = [use(f"a{nth}", "A-1", at=at(nth)) for nth in (2, 29, 30, 31, 32)]
    uses += [
        use(f"{name}-{nth}", name, at=at(nth + 1))
        for place, name in enumerate([*NAMES[1:], "P-2", "G-1"])
        for nth in range(1 + place % 9)
    ]
    brought.rows("usage", *uses)
    brought.rows("tickets", ticket("T-1", "A-1", at=at(12)), ticket("T-2", "A-2", at=at(3)))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=MORNING)  # fmt: skip
    actions.scorecards.publish(text=CARD, note="What health is.", by=ANA, at=MORNING, parent=None)
    actions.scores.run(installation=installation, as_of=BEFORE, by=ANA, at=MORNING)
    text = CARD.replace("weight: 1,", "weight: 2,")
    actions.scorecards.publish(text=text, note="Tickets count as much.", by=BEN, at=MORNING, parent=1)  # fmt: skip
    actions.scores.run(installation=installation, as_of=TODAY, by=ANA, at=MORNING)
    actions.overrides.override(
        installation=installation, account_id="A-1", score=12.0, because="They told us so.", until=TODAY + 9 * DAY, by=BEN, at=MORNING,
    )  # fmt: skip
    return installation


@pytest.fixture
def browser(existing: Installation) -> Client:
    return by_link(person(role="admin"))


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def shown(browser: Client, account_id: str, query: str = "") -> str:
    answer = browser.get(f"/changed/{account_id}{query or f'?from={BEFORE}'}")
    assert answer.status_code == 200
    return answer.content.decode()


def steps(html: str) -> list[str]:
    """The rows of steps, each with the row below that it opens."""
    table = html[html.index("steps-of") : html.index("</table>", html.index("steps-of"))]
    rows = re.findall(r'<tr>(.*?)(?=<tr>|<tr class="(?:sub|end)")', table, re.DOTALL)
    return rows[1:] if "<thead" in rows[0] or "Points" in rows[0] else rows


@pytest.mark.both_databases
def test_a_step_of_the_card_says_what_the_cards_say_differently(browser: Client) -> None:
    said = words(shown(browser, "A-2"))
    assert "ben@harbour.example published version 2 on 26 Nov: Tickets count as much." in said
    assert "Tickets: weight is now 2, was 1" in said


def test_a_step_of_an_override_has_who_when_why_and_until_when(browser: Client) -> None:
    said = words(shown(browser, "A-1"))
    assert "ben@harbour.example set 12 on 26 Nov, until 5 Dec: They told us so." in said


def test_a_step_of_rules_says_which_began_and_what_they_did(browser: Client) -> None:
    said = words(shown(browser, "A-1"))
    assert "A cap of 20 now applies: Hardly anybody uses it." in said
    assert "On 19 Nov rules moved nothing." in said
    assert re.search(r"On 26 Nov rules moved the score by \N{MINUS SIGN}\d", said)


def test_a_step_of_peers_says_among_whom_the_value_is_ranked(browser: Client) -> None:
    pages = [words(shown(browser, name)) for name in NAMES[1:8]]
    of_peers = [said for said in pages if "The peers on both dates" in said]
    assert of_peers, "the others' use moved the place of those whose own stayed"
    assert re.search(r"On 19 Nov it was ranked among \d+ values, with \d+ in the middle\.", of_peers[0])  # fmt: skip


def test_a_child_is_a_way_to_its_own_page_and_to_what_moved_it(browser: Client) -> None:
    html = shown(browser, "P-1")
    assert '<a class="link" href="/accounts/P-2">Daughter</a>' in html
    assert f'href="/changed/P-2?from={BEFORE}&amp;to={TODAY}"' in html


def test_who_left_is_said_with_the_way_to_the_contracts(browser: Client) -> None:
    html = shown(browser, "G-1")
    assert "On 26 Nov it was a former customer: its last recurring line ended on 22 Sept." in words(html)  # fmt: skip
    assert 'href="/contracts/G-1"' in html
    assert "Did not move the score" not in html, "the whole score went"


def test_every_step_opens_something(browser: Client) -> None:
    for account_id in ("A-1", "A-2", "A-9", "G-1"):
        found = steps(shown(browser, account_id))
        assert found, account_id
        for row in found:
            assert "/facts/" in row or "<details>" in row or "/changed/" in row, words(row)


def test_what_moved_nothing_is_listed_closed_with_its_values(browser: Client) -> None:
    html = shown(browser, "A-3")
    card = html[html.index('<details class="still">') :]
    said = words(card[: card.index("</details>")])
    assert said.startswith("Did not move the score ")
    assert "Changed, and moved it by nothing Uses this week 0 \N{RIGHTWARDS ARROW}" in said
    assert "Stayed as it was Tickets" in said
    moved = words(html[html.index("steps-of") : html.index('class="still"')])
    assert "Uses this week" not in moved


def test_the_trend_of_the_time_between_has_its_figures(browser: Client) -> None:
    html = shown(browser, "A-1")
    assert "compared: 19 Nov and 26 Nov" in html
    figures = words(html[html.index("Figures as a table") :])
    assert "26 Nov" in figures
    assert "12 (override)" in figures
    assert "compared" not in shown(browser, "A-1", "?part=1"), "the part has no room for it"
