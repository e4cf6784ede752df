"""This file holds what the frame of the pages counts beside the places: what goes with the newest run, and nothing that is not known."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import Manifest
from tests.app import test_query_counts
from tests.app.test_query_counts import ACCOUNTS, MORNING, cleo
from tests.pages import by_link, person

existing = test_query_counts.existing  # the fixture


def counts(browser: Client, path: str = "/portfolio") -> dict[str, str]:
    """What stands beside each place, as it is read out."""
    html = browser.get(path).content.decode()
    side = html[html.index('<nav class="side"') : html.index("</nav>")]
    found = {}
    for place in re.findall(r"<a[^>]*>.*?</a>", side, re.DOTALL):
        name, _, count = re.sub(r"<svg.*?</svg>", "", place, flags=re.DOTALL).partition('<span class="n"')  # fmt: skip
        if count:
            found[text(name)] = text(count.partition(">")[2])
    return found


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@pytest.mark.both_databases
def test_the_portfolio_is_counted_for_those_who_see_all_of_it(existing: Installation) -> None:
    ada = by_link(person())
    said = counts(ada)
    assert said == {"Portfolio": f"{ACCOUNTS} customers"}
    assert f"{ACCOUNTS} accounts" in text(ada.get("/portfolio").content.decode())
    assert counts(cleo("csm")) == {}  # a number of accounts that are not theirs would be wrong
    assert counts(ada, "/accounts/A-1") == said


def test_feeds_that_are_late_are_counted_as_the_page_of_the_data_counts_them(
    existing: Installation,
) -> None:
    with time_machine.travel(MORNING + timedelta(days=30)):
        for browser in (by_link(person()), cleo("csm")):
            assert counts(browser)["Data"] == "1 feed is late or has stopped"
        page = text(by_link(person("eva@harbour.example")).get("/data").content.decode())
        assert "Late or stopped 1" in page


def test_before_the_first_run_nothing_is_counted(installation: Installation) -> None:
    assert counts(by_link(person()), "/data") == {}


def test_a_manifest_that_nobody_wrote_takes_the_count_and_no_page(existing: Installation) -> None:
    existing.manifest.forget()
    Manifest.objects.update(generation=7)
    ada = by_link(person())
    assert "Data" not in counts(ada)
    assert ada.get("/portfolio").status_code == 200
