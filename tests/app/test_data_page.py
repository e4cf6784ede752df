"""This file holds what the page of the data shows, to whom, and what its buttons do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.web import frame, middleware
from tests.app.people import acting, add
from tests.app.test_page_permissions import AtNoon
from tests.browsers import PLAIN, browser
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, use

HTMX = {"HX-Request": "true"}
ASKS = 'action="/data/import"', 'action="/data/score"'


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    with PLAIN:
        yield


@pytest.fixture
def filled(installation: Installation) -> Installation:
    """Feeds that are on time, late and stopped, of which some rows were rejected."""
    days = {"ontime": 1, "late": 1, "stopped": 1}
    _load(installation, Import(feed="crm").rows("accounts", account("A-1"), account("A-2")))
    for nth, name in enumerate(days):
        on = date(2026, 3, 1) - timedelta(days=(0, 12, 60)[nth])
        row = use(f"{name}-1") | {"at": NOON.replace(month=on.month, day=on.day, year=on.year)}
        rejected = {"not_a_date": 1200, "no_match": 3} if name == "late" else {}
        brought = Import(file=f"{name}.csv", feed=name, since=date(2025, 1, 1))
        _load(installation, brought.rows("usage", row, rejected=rejected))
    return installation


def _load(installation: Installation, brought: Import) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def read(opened: Client, place: str = "/data") -> str:
    answer = opened.get(place)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.both_databases
def test_feeds_are_shown_by_their_trouble(filled: Installation) -> None:
    shown = read(browser(add("Vi", "viewer")))
    order = [shown.index(f'?feed={name}">{name}</a><br>') for name in ("stopped", "late", "ontime")]
    assert order == sorted(order)
    assert "late has brought nothing since 17 Feb</b>; it was due on 24 Feb. Accounts keep" in shown
    assert (
        "stopped has brought nothing since 31 Dec 2025</b>; it was due on 7 Jan. Its measures count as missing"
        in shown
    )
    for kind, said in (
        ("risk", "Stopped, 54 days"),
        ("watch", "Late, 6 days"),
        ("healthy", "On time"),
    ):
        found = shown[: shown.index(f" {said}</span>")].rsplit("<span", 1)[1]
        assert f'i-{kind}"' in found
        assert f"#g-{kind}" in found, "a shape, a word and a colour"
    assert "ontime has brought nothing" not in shown
    assert "comes whole, rows have no day" in shown
    assert 'aria-label="Days with rows of late in the last 12 weeks"' in shown


def test_rejects_are_for_those_who_may_score(filled: Installation) -> None:
    for role, is_told in (("admin", True), ("leader", True), ("csm", False), ("executive", False), ("viewer", False)):  # fmt: skip
        shown = read(browser(add(role.title(), role)))
        assert ("not a date" in shown) == is_told, role
        meant = "not a date or moment in the expected format"
        assert (meant in shown) == is_told, role
        assert ('<td class="small" data-label="where">late.csv' in shown) == is_told, role
        assert ('<td class="num" data-label="rows">1,200</td>' in shown) == is_told, role
        assert '<td class="num" data-label="rejected">1,203</td>' in shown, (
            "how many, everybody reads"
        )


def feeds(shown: str) -> list[str]:
    """The feeds that the table has."""
    table = shown[shown.index('id="feeds"') : shown.index('id="imports"')]
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?([a-z]+)<', table)


@pytest.mark.both_databases
def test_each_feed_says_how_many_of_its_rows_were_rejected_and_a_tab_keeps_those(filled: Installation) -> None:  # fmt: skip
    opened = browser(add("Ada", "admin"))
    shown = read(opened)
    assert 'aria-label="1,203 rows of late rejected">1,203</a>' in shown
    assert shown.count('rejected">–</td>') == 3, "of the others none"
    assert feeds(shown) == ["stopped", "late", "crm", "ontime"]
    assert feeds(read(opened, "/data?show=late")) == ["stopped", "late"]
    assert feeds(read(opened, "/data?show=rejects")) == ["late"]
    assert feeds(read(opened, "/data?show=nonsense")) == feeds(shown)
    assert feeds(read(opened, "/data?feed=nobody")) == feeds(shown)
    # Newer imports of other feeds change nothing; the next one of its own says what is so now.
    alone = read(opened, "/data?feed=late")
    assert feeds(alone) == ["late"]
    assert "Why rows of late were rejected" in alone
    assert "Why rows" not in read(opened, "/data?feed=crm")
    row = use("late-2") | {"at": NOON}
    again = Import(file="late.csv", feed="late", since=date(2025, 1, 1)).rows("usage", row)
    _load(filled, again)
    assert feeds(read(opened, "/data?show=rejects")) == []
    assert "No feed is so." in read(opened, "/data?show=rejects")


def test_an_import_of_an_earlier_version_names_no_feeds(filled: Installation) -> None:
    loads = queries.loads.history(VIEWER)
    old = [replace(load, sources=tuple({key: each[key] for key in each if key != "feed"} for each in load.sources)) for load in loads]  # fmt: skip
    assert queries.rejects.by_feed(VIEWER, old) == {}
    assert {name: found.rows for name, found in queries.rejects.by_feed(VIEWER, loads).items()} == {
        "crm": 0, "ontime": 0, "late": 1203, "stopped": 0,
    }  # fmt: skip


def test_buttons_are_for_those_who_may(filled: Installation) -> None:
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    actions.scores.run(installation=filled, as_of=date(2026, 2, 10), by=ANA, at=NOON)
    for role, may in (("admin", (True, True)), ("leader", (False, True)), ("csm", (False, False))):
        opened = browser(add(role.title(), role))
        assert tuple(each in read(opened) for each in ASKS) == may, role
        old = read(opened, "/portfolio")
        assert "These scores are 20 days old" in old
        assert tuple(each in old for each in ASKS) == may, role
        assert ('href="/data">Data</a>' in old) == (not any(may)), role


@pytest.mark.both_databases
def test_a_button_asks_and_the_page_shows_how_far_it_is(filled: Installation) -> None:
    opened = browser(lea := add("Lea", "leader"))
    assert 'id="work"' not in read(opened), "nothing was asked for"
    answer = opened.post("/data/score")
    assert (answer.status_code, answer["Location"]) == (302, "/data")
    (job,) = queries.jobs.latest(VIEWER, NOON)
    assert (job.kind, job.state, job.by) == ("score", "asked", "Lea")
    waiting = read(opened)
    assert 'hx-get="/data/work" hx-trigger="every 1s"' in waiting
    assert "waits to be taken" in waiting
    assert actions.jobs.take(runner="one", at=NOON) == job.job_id
    actions.jobs.hear(job_id=job.job_id, runner="one", doing="Computing <b>", done=0.416, at=NOON)
    part = opened.get("/data/work", headers=HTMX)
    shown = part.content.decode()
    assert '<progress id="job-score" max="100" value="42">42 %</progress>' in shown
    assert "Computing &lt;b&gt;" in shown
    assert 'href="/data">Look again</a>' in shown
    assert "hx-trigger" in shown
    assert "HX-Refresh" not in part.headers
    assert "<nav" not in shown, "a part, and not the page"
    actions.jobs.end(job_id=job.job_id, runner="one", is_done=True, result="Scored 2 accounts.", by=acting(lea), at=NOON)  # fmt: skip
    ended = opened.get("/data/work", headers=HTMX)
    assert ended["HX-Refresh"] == "true", "all of the page may have changed"
    assert "hx-trigger" not in ended.content.decode()
    shown = read(opened)
    assert "Scored 2 accounts." in shown
    assert 'hx-trigger="every' not in shown
    assert opened.get("/data/work")["Location"] == "/data", "without a script there is the page"
    told = read(browser(add("Cy", "csm")))
    assert "Scored 2 accounts." not in told
    assert "Scoring is done." in told


def test_a_button_cannot_be_pressed_by_a_link(filled: Installation) -> None:
    opened = browser(add("Ada", "admin"))
    for place in ("/data/import", "/data/score"):
        assert opened.get(place).status_code == 405
    assert queries.jobs.latest(VIEWER, NOON) == ()


def test_what_was_typed_and_what_is_not_scored_yet_is_said(filled: Installation) -> None:
    opened = browser(add("Ada", "admin"))
    assert "Nothing has been scored yet." in read(opened)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    actions.scores.run(installation=filled, as_of=NOON.date(), by=ANA, at=NOON)
    before = read(opened)
    assert "Newer facts are not in them yet" not in before
    assert "Nothing waits." in before
    actions.pulses.give(
        installation=filled, account_id="A-1", pulse="red", note="so", id="p1", by=ANA, at=NOON
    )
    assert '<span class="grow">pulses</span><span class="t">1</span>' in read(opened)
    actions.intake.move(installation=filled, by=ANA, at=NOON)
    assert "Newer facts are not in them yet" in read(opened)


def test_an_empty_workspace_has_its_page(installation: Installation) -> None:
    shown = read(browser(add("Ada", "admin")))
    assert "nothing has been imported yet" in shown
    assert "No feed has brought anything yet." in shown
    assert all(each in shown for each in ASKS)


def test_the_page_is_a_place(installation: Installation) -> None:
    assert ("Health", "Data", "database", "data", "gd", None) in frame.PLACES
    shown = read(browser(add("Vi", "viewer")), "/me")
    assert f'href="{reverse("data")}" data-key="gd"' in shown
