"""This file holds what the page of the judge shows: the newest judgement that was kept, how far a new one is, and what it takes before the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from keepwell.app.models import checksums
from keepwell.app.models.judgements import Judgement
from keepwell.app.queries import scorecards
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import middleware
from tests.app.people import add
from tests.app.test_page_permissions import AtNoon
from tests.browsers import PLAIN, browser
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account
from tests.judgements import judged

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    with PLAIN:
        yield


@pytest.fixture
def published(installation: Installation) -> Installation:
    brought = Import(feed="crm").rows("accounts", account("A-1", name="Berger"), account("A-2"))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def keep(*, leavers: int = 40, stayers: int = 60, **more: object) -> Judged:
    found = judged(scorecards.definition(SYSTEM, 1), leavers=leavers, stayers=stayers, accounts=("A-1", "A-2"))  # fmt: skip
    found = replace(found, **more)  # type: ignore[arg-type]
    actions.judgements.keep(found=found, by=ANA, at=NOON)
    return found


def read(opened: Client, place: str = "/judge") -> str:
    answer = opened.get(place)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_judgement_it_says_what_that_takes(installation: Installation) -> None:
    opened = browser(add("Lea", "leader"))
    shown = read(opened)
    assert "No judgement yet" in shown
    assert "<li>Publish a scorecard:" in shown
    assert 'action="/judge/now"' not in shown, "there is nothing to judge"
    assert opened.get("/judge/file")["Location"] == "/judge"
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    shown = read(opened)
    assert '<li class="done">Publish a scorecard:' in shown
    assert 'action="/judge/now"' in shown


@pytest.mark.both_databases
def test_the_newest_judgement_is_shown_with_when_it_was_made(published: Installation) -> None:
    opened = browser(add("Lea", "leader"))
    keep(leavers=12)
    assert "Too few to tell." in read(opened)
    keep()
    shown = read(opened)
    assert "Yes, it tells who leaves." in shown
    assert "Too few to tell." not in shown
    assert re.search(rf"judged \d+ \w+, \d\d:\d\d by {ANA}</p>", shown)
    assert "Judge again" in shown


def test_accounts_that_left_lead_to_their_pages(published: Installation) -> None:
    keep(leavers=12)
    shown = read(browser(add("Lea", "leader")))
    assert '<a class="link" href="/accounts/A-1">Berger</a>' in shown
    assert 'href="/accounts/X-' not in shown, "an account that is no more has no page"


def test_a_newer_version_of_the_card_is_told(published: Installation) -> None:
    keep()
    opened = browser(add("Lea", "leader"))
    assert "was published since" not in read(opened)
    newer = CARD.replace("Green", "Good")
    actions.scorecards.publish(text=newer, note="second", by=ANA, at=NOON, parent=1)
    shown = read(opened)
    assert (
        "Version 2 of the card was published since. This is what was found of version 1." in shown
    )
    assert ">Green</span>" in shown, "bands are those of the version that was judged"
    assert ">Good</span>" not in shown


def test_a_judgement_that_cannot_be_read_any_more_is_told(published: Installation) -> None:
    keep()
    row = Judgement.objects.get()
    row.found = '{"shape": "another"}'
    row.checksum = checksums.of_judgement(row)
    Judgement.objects.filter(pk=row.pk).update(found=row.found, checksum=row.checksum)
    shown = read(browser(add("Lea", "leader")))
    assert "was kept by an earlier version of Keepwell" in shown
    assert 'action="/judge/now"' in shown


def test_judging_is_asked_for_and_shown_while_it_runs(published: Installation) -> None:
    opened = browser(add("Lea", "leader"))
    assert opened.get("/judge/now").status_code == 405
    assert opened.post("/judge/now")["Location"] == "/judge"
    (job,) = queries.jobs.latest(VIEWER, NOON)
    assert (job.kind, job.state, job.by) == ("judge", "asked", "Lea")
    shown = read(opened)
    assert 'hx-get="/judge/work" hx-trigger="every 1s"' in shown
    assert 'action="/judge/now"' not in shown, "it is asked for already"
    assert actions.jobs.take(runner="one", at=NOON) == job.job_id
    actions.jobs.hear(job_id=job.job_id, runner="one", doing="Scoring May 2025", done=0.3, at=NOON)
    part = opened.get("/judge/work", headers=HTMX)
    assert '<progress id="job-judge" max="100" value="30">30 %</progress>' in part.content.decode()
    assert 'href="/judge">Look again</a>' in part.content.decode()
    assert "HX-Refresh" not in part.headers
    assert 'id="job-judge"' not in read(opened, "/data"), "it is no work of the data"
    actions.jobs.end(job_id=job.job_id, runner="one", is_done=True, result="AUC .74", by=ANA, at=NOON)  # fmt: skip
    assert opened.get("/judge/work", headers=HTMX)["HX-Refresh"] == "true"
    assert "AUC .74" in read(opened)
    assert opened.get("/judge/work")["Location"] == "/judge", "without a script there is the page"


def test_the_work_of_the_data_is_not_shown_here(published: Installation) -> None:
    actions.jobs.ask(kind="score", by=ANA, at=NOON)
    opened = browser(add("Lea", "leader"))
    assert 'id="job-score"' in read(opened, "/data")
    assert 'id="job-score"' not in read(opened)


def test_the_file_is_whole_and_leads_nowhere(published: Installation) -> None:
    keep(leavers=12)
    answer = browser(add("Lea", "leader")).get("/judge/file")
    assert answer["Content-Disposition"].startswith('attachment; filename="judgement-')
    text = answer.content.decode()
    assert "Berger" in text
    assert "/accounts/" not in text
    assert "<style>" in text


def test_what_a_judgement_says_is_for_those_who_may_publish(published: Installation) -> None:
    keep()
    for role in ("csm", "account executive", "executive", "viewer"):
        opened = browser(add(role.title(), role))
        for place in ("/judge", "/judge/file", "/judge/work"):
            assert opened.get(place).status_code == 404, (role, place)
        assert 'href="/judge"' not in read(opened, "/me")
