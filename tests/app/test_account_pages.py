"""This file holds what the pages of an account show: its timeline, people, contracts, use, group and the form of a touch."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.intake import Intake
from tests.app.people import add
from tests.cast import ANA, CARD, VIEWER, Import, account, line, ticket, use
from tests.filled import filled_once
from tests.pages import MORNING, by_link, person

DAY = timedelta(days=1)
HOSTILE = "<script>alert(1)</script>"
LONG = "Donaudampfschifffahrtsgesellschaft" * 5
TODAY = MORNING.date()


def at(days_ago: int) -> datetime:
    return MORNING.replace(tzinfo=None) - days_ago * DAY


@pytest.fixture
@filled_once
def existing(installation: Installation, morning: None) -> Installation:
    """A customer with everything, among it hostile names; one below it; and a prospect of whom only the name is known."""
    begin = TODAY - 300 * DAY
    brought = Import(since=date(2020, 1, 1), on_load=TODAY)
    brought.rows(
        "accounts",
        account("A-1", name=f"{HOSTILE} {LONG}", owner="Cleo Park", started_on=begin, valid_from=begin),
        account("A-2", name="Kiln", parent_id="A-1", valid_from=begin),
        account("A-3", name="Prospect", valid_from=begin),
        account("a/4 ?", name="Odd", valid_from=begin),
    )  # fmt: skip
    brought.rows(
        "contracts",
        line("L-1", product=HOSTILE, units=12, annual_amount=5000, notice_days=60, auto_renews=True, starts_on=begin, ends_on=TODAY + 75 * DAY),
        line("L-2", "A-2", annual_amount=700, starts_on=begin, ends_on=None),
    )  # fmt: skip
    brought.rows(
        "contacts",
        {"id": "C-1", "account_id": "A-1", "person": "mia", "name": HOSTILE, "role": LONG, "is_sponsor": True, "valid_from": begin},
        {"id": "C-2", "account_id": "A-1", "person": "jo", "name": "Jo Dale", "is_champion": True, "left_on": TODAY - 9 * DAY, "valid_from": begin},
    )  # fmt: skip
    brought.rows("usage", *(use(f"u{n}", at=at(n), user="mia", feature=HOSTILE) for n in range(1, 60)))  # fmt: skip
    brought.rows("tickets", ticket("T-1", at=at(12), priority="urgent", subject=HOSTILE, requester="mia"))  # fmt: skip
    brought.rows("invoices", {"id": "I-1", "account_id": "A-1", "issued_on": TODAY - 50 * DAY, "due_on": TODAY - 20 * DAY, "amount": 4321})  # fmt: skip
    actions.loads.load(
        brought.stage, con=brought.con, installation=installation, by=ANA, at=MORNING
    )
    text = CARD.replace("health:\n", "touch_within: 20 days\nhealth:\n")
    actions.scorecards.publish(text=text, note="first", by=ANA, at=MORNING, parent=None)
    for weeks in (2, 1, 0):
        actions.scores.run(
            installation=installation, as_of=TODAY - weeks * 7 * DAY, by=ANA, at=MORNING
        )
    return installation


@pytest.fixture
def browser(existing: Installation) -> Client:
    return by_link(person(role="admin"))


def shown(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, path
    text = answer.content.decode()
    assert "<script>alert" not in text, "whatever is stored is text"
    return text


def words(html: str) -> str:
    """What somebody reads, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


PAGES = ("accounts", "timeline", "contacts", "contracts", "usage", "log", "pins", "outcomes")


@pytest.mark.both_databases
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_shown_for_whatever_account(browser: Client, page: str) -> None:
    for account_id in ("A-1", "A-2", "A-3", "a%252F4%2520%253F"):
        shown(browser, f"/{page}/{account_id}")
    assert "no account" in shown(browser, f"/{page}/A-9", 404)


@pytest.mark.parametrize("page", PAGES)
def test_who_may_not_see_an_account_gets_no_page(existing: Installation, page: str) -> None:
    stranger = by_link(person("dora@harbour.example", role="csm"))
    assert "Kiln" not in shown(stranger, f"/{page}/A-2", 404)


def test_the_timeline_keeps_one_kind(browser: Client) -> None:
    said = words(shown(browser, "/timeline/A-1"))
    assert f"Urgent ticket , open for 12 days: {HOSTILE}" in said
    assert "Champion left : Jo Dale" in said
    some = words(shown(browser, "/timeline/A-1?kind=tickets"))
    assert "Urgent ticket" in some
    assert "Champion left" not in some
    assert "Nothing is known of this account yet." in words(shown(browser, "/timeline/A-3"))


def test_people_say_who_is_missing(browser: Client) -> None:
    said = words(shown(browser, "/contacts/A-1"))
    assert "There is no champion: Jo Dale left on" in said
    assert "was champion" in said
    assert "Nobody is known here." in words(shown(browser, "/contacts/A-3"))


def test_contracts_say_what_is_up_and_what_is_late(browser: Client) -> None:
    said = words(shown(browser, "/contracts/A-1"))
    assert "in 15 d; else the line renews on" in said
    assert "5,000 a year." in said
    assert "12 seats, 1 in use" in said
    assert "1 invoice, due since" in said
    assert "4,321" in said
    assert "No contract line is known" in words(shown(browser, "/contracts/A-3"))
    part = shown(browser, "/contracts/A-1?part=1")
    assert "<html" not in part
    assert "5,000" in part


def test_use_is_drawn_with_its_seats_and_people(browser: Client) -> None:
    html = shown(browser, "/usage/A-1")
    assert "1 of 12 seats in the week up to" in words(html)
    assert "dashed: 12 seats" not in words(html), "they would press a column of one person flat"
    assert "0 of 1 known people used nothing in 28 days" in words(html)
    assert "Nobody has used anything in these 26 weeks." in words(shown(browser, "/usage/A-3"))


def test_the_page_of_health_shows_group_touch_and_asks_for_pins(browser: Client) -> None:
    html = shown(browser, "/accounts/A-1")
    said = words(html)
    assert "no touch known, 20 allowed" in said
    assert "Group 1 below Kiln" in said
    assert 'hx-get="/pins/A-1" hx-trigger="load" hx-target="#trend-part"' in html
    assert "above ·" in words(shown(browser, "/accounts/A-2"))
    pins = shown(browser, "/pins/A-1")
    assert '<span class="pin" aria-hidden="true">1</span>' in pins
    assert "Champion left: Jo Dale" in words(pins)


def test_an_override_younger_than_the_scores_is_in_the_trend(browser: Client) -> None:
    assert "override 12" not in shown(browser, "/pins/A-1")
    given = {"score": "12", "because": "They leave.", "until": str(TODAY + timedelta(days=9))}
    assert browser.post("/override/A-1", given).status_code == 302
    assert "override 12" in shown(browser, "/pins/A-1")


def outcome(id: str, days_ago: int, name: str, **more: object) -> dict[str, object]:
    return {"id": id, "account_id": "A-1", "at": at(days_ago), "outcome": name, **more}


@pytest.mark.both_databases
def test_agreed_outcomes_say_how_far_they_are(browser: Client, existing: Installation) -> None:
    empty = words(shown(browser, "/outcomes/A-3"))
    assert "No agreed outcome is known. Ask Prospect what they want to reach, by when" in empty
    assert "No agreed outcome is known." in words(shown(browser, "/outcomes/A-3?part=1"))
    brought = Import(since=date(2020, 1, 1), on_load=TODAY)
    brought.rows(
        "outcomes",
        outcome("O-1", 90, "Books closed in days", value=10, baseline=10, target=4, due_on=TODAY + 35 * DAY, rank=2),
        outcome("O-2", 9, "books closed in days", value=7, baseline=10, target=4, due_on=TODAY + 35 * DAY, rank=2, is_confirmed=True),
        outcome("O-3", 20, HOSTILE, value=14, baseline=20, target=80, due_on=TODAY - 5 * DAY, rank=1),
        outcome("O-4", 20, "First invoice sent", progress=100, rank=0),
        outcome("O-5", 20, "Fewer mails", rank=3),
    )  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=MORNING)
    html = shown(browser, "/outcomes/A-1")
    said = words(html)
    assert "Agreed outcomes 1 of 4 reached" in said
    assert f"{HOSTILE} further off than at the start now 14 · start 20 · target 80 · was due 21 Nov not verified by the customer, read 6 Nov" in said  # fmt: skip
    assert "Books closed in days 50% of the way now 7 · start 10 · target 4 · due 31 Dec verified by the customer, read 17 Nov" in said  # fmt: skip
    assert "First invoice sent reached" in said
    assert "Fewer mails not measured" in said
    order = [
        said.index(each) for each in (HOSTILE, "Books closed", "Fewer mails", "First invoice sent")
    ]
    assert order == sorted(order), "as they rank them, what is reached last"
    part = shown(browser, "/outcomes/A-1?part=1")
    assert "<html" not in part
    assert 'href="/outcomes/A-1">and 1 more</a>' in part
    assert 'hx-get="/outcomes/A-1?part=1"' in shown(browser, "/accounts/A-1")
    assert 'hx-get="/outcomes/A-3?part=1"' in shown(browser, "/accounts/A-3")


def test_the_page_of_health_has_the_last_few_happenings(browser: Client) -> None:
    html = shown(browser, "/accounts/A-1")
    assert 'hx-get="/timeline/A-1?part=1"' in html
    assert '<a class="link" href="/timeline/A-1">whole timeline</a>' in html
    for nth in range(7):
        log(browser, id=f"m-{nth}", note=f"Talk {nth}.", kind="note")
    part = shown(browser, "/timeline/A-1?part=1")
    assert "<html" not in part
    assert part.count("<li>") == 6
    assert "Champion left" not in part
    assert 'href="/timeline/A-1">all 9</a>' in part
    assert "Nothing is known of this account yet." in shown(browser, "/timeline/A-3?part=1")


def test_people_have_customers_and_say_how_many_are_former(
    browser: Client, existing: Installation
) -> None:
    begin = TODAY - 300 * DAY
    brought = Import(since=date(2020, 1, 1), on_load=TODAY)
    brought.rows(
        "accounts", *(account(f"F-{n}", owner="Cleo Park", valid_from=begin) for n in range(4))
    )
    brought.rows(
        "contracts",
        *(line(f"LF-{n}", f"F-{n}", starts_on=begin, ends_on=TODAY - 100 * DAY) for n in range(2)),
        line("LF-3", "F-3", starts_on=begin, ends_on=TODAY + DAY, kind="trial"),
    )  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=MORNING)
    html = shown(browser, "/people")
    unmatched = words(html[html.index('id="unmatched"') : html.index("</section>", html.index('id="unmatched"'))])  # fmt: skip
    assert "without a user 1" in unmatched
    assert "Cleo Park 1 2 former, 1 in trial, 1 prospect" in unmatched
    add("Cleo Park", "csm", owner="Cleo Park")
    html = shown(browser, "/people")
    assert "Every owner that an import names is somebody here." in html
    assert '<td class="num" data-label="customers">1<br><span class="muted small">2 former, 1 in trial, 1 prospect</span></td>' in html  # fmt: skip


def test_owners_of_former_customers_alone_stand_apart(browser: Client, existing: Installation) -> None:  # fmt: skip
    begin = TODAY - 300 * DAY
    brought = Import(since=date(2020, 1, 1), on_load=TODAY)
    brought.rows("accounts", account("F-1", owner="Dora Elm", valid_from=begin))
    brought.rows("contracts", line("LF-1", "F-1", starts_on=begin, ends_on=TODAY - 100 * DAY))
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=MORNING)
    html = shown(browser, "/people")
    assert "without a user 1" in words(html), "Dora has no customer"
    said = words(html[html.index('<details class="after past">') :])
    assert said.startswith("1 more has no customer today")
    assert "Dora Elm 0 1 former" in said


def log(browser: Client, **more: object) -> tuple[int, str]:
    given = {"id": str(uuid.uuid4()), "kind": "call", "status": "held", "when": "", "note": "Good talk.", **more}  # fmt: skip
    answer = browser.post("/log/A-1", given)
    return answer.status_code, answer.headers.get("Location", "") or answer.content.decode()


@pytest.mark.both_databases
def test_a_touch_is_logged_and_counts_at_once(browser: Client) -> None:
    html = shown(browser, "/log/A-1")
    (message,) = re.findall(r'name="id" value="([^"]+)"', html)
    assert log(browser, id=message, people="C-1", next_step="Send it.") == (302, "/accounts/A-1?live=1")  # fmt: skip
    assert log(browser, id=message, people="C-1", next_step="Send it.")[0] == 302
    assert Intake.objects.count() == 1
    row = queries.accounts.account(VIEWER, "A-1")
    assert row.last_touch_on == TODAY
    said = words(shown(browser, "/accounts/A-1?live=1"))
    assert "Your call with" in said
    assert "last touch today, 20 allowed" in said
    assert "Scored just now" in said
    again = words(shown(browser, "/log/A-1"))
    assert "Good talk." in again
    assert "Send it." in again


def sent(browser: Client, path: str, **given: object) -> tuple[int, str]:
    answer = browser.post(path, given)
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.both_databases
def test_a_touch_on_the_wrong_account_is_undone_from_its_page(browser: Client) -> None:
    log(browser, id="m-1", note="Good talk.")
    html = shown(browser, "/accounts/A-1?live=1")
    assert "You logged a call today at 10:00. Undo" in words(html)
    assert 'action="/log/A-1/undo"' in html
    assert 'action="/log/A-1/undo"' in shown(browser, "/log/A-1")
    assert browser.get("/log/A-1/undo").status_code == 405, "a link undoes nothing"
    for _ in range(2):
        assert sent(browser, "/log/A-1/undo", id="m-1") == (302, "/accounts/A-1?live=1")
    said = words(shown(browser, "/accounts/A-1?live=1"))
    assert "It counts no more." in said
    assert "no touch known, 20 allowed" in said
    assert "You logged" not in said
    assert "Good talk." not in shown(browser, "/log/A-1")
    assert "Good talk." not in shown(browser, "/timeline/A-1")
    assert sent(browser, "/log/A-1/undo", id="m-9")[0] == 404
    assert sent(browser, "/log/A-2/undo", id="m-1")[0] == 404


def test_what_is_too_late_to_undo_is_said_in_a_sentence(browser: Client) -> None:
    log(browser, id="m-1")
    Intake.objects.update(received_at=MORNING - timedelta(hours=25))
    for each in Intake.objects.all():
        each.checksum = checksums.of_intake(each)
        each.save()
    assert 'action="/log/A-1/undo"' not in shown(browser, "/log/A-1")
    assert sent(browser, "/log/A-1/undo", id="m-1") == (302, "/accounts/A-1")
    said = words(shown(browser, "/accounts/A-1"))
    assert "This call was logged on 2026-11-25, and a touch can be undone for a day." in said
    assert "last touch today" in said


def test_an_account_without_a_score_offers_to_undo_too(browser: Client) -> None:
    browser.post("/log/A-3", {"id": "m-3", "kind": "call", "status": "held", "when": "", "note": "Who are you?"})  # fmt: skip
    assert "You logged a call today at 10:00. Undo" in words(shown(browser, "/accounts/A-3"))


def test_what_is_not_accepted_stays_in_the_form(browser: Client) -> None:
    status, html = log(browser, kind="note", note=" ", next_step=HOSTILE, when="2026-01-05T10:00")
    assert status == 422
    assert "A note needs words." in html
    assert 'value="2026-01-05T10:00"' in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert log(browser, when="soon")[0] == 422
    assert "is not a date and time" in log(browser, when=HOSTILE)[1]
    assert log(browser, when="0001-01-01T00:00")[0] == 422
    assert not Intake.objects.exists()


def test_a_reader_has_no_form(existing: Installation) -> None:
    reader = by_link(person("rae@harbour.example", role="viewer"))
    assert 'href="/log/A-1"' not in shown(reader, "/timeline/A-1")
    assert reader.get("/log/A-1").status_code in (403, 404)
    assert log(reader)[0] in (403, 404)
    assert not Intake.objects.exists()
