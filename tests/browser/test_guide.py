"""This file holds what the guides say: their pictures are there and small, and the pages still show what they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.browser import guide
from tests.browser.conftest import SignedIn, Site
from tests.browser.fixed_day import NOON
from tests.house.rooms import ROOT

GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
README = ROOT / "README.md"
LINKED = re.compile(r"!\[(?P<said>[^\]]+)\]\((?P<path>[^)\s]+\.png)\)")
# What a guide writes in bold, and where a page shows it; `{account}` is the first of the book.
ON_PAGES = {
    "My book": "/book", "Deciding": "/book", "Turned": "/book", "Cannot see": "/book", "Decided in 90 days": "/book",
    "What makes up the score.": "{account}", "Override the score.": "{account}",
    "Changed": "{account}", "Timeline": "{account}", "People": "{account}", "Contracts": "{account}", "Usage": "{account}",
    "Log a touch": "{account}",
    "Judge": "/judge",
    "Revenue a year": "/portfolio", "At risk": "/portfolio", "Health by segment": "/portfolio", "Revenue at risk": "/portfolio",
    "Biggest drops": "/portfolio", "CSV": "/portfolio", "Save this view": "/portfolio?band=Red", "Audit": "/audit",
    "Close": "/people", "Assign accounts": "/portfolio", "Data": "/book", "Import now": "/data", "Score now": "/data", "Tokens": "/book",
}  # fmt: skip
# What is in bold and no text of a page: the rest of its line says it.
OWN_WORDS = {
    "touch overdue": "shown by a card with `touch_within`; tests/app/test_touchpoints.py",
    "The score and its reasons.": "the card at the top has no title",
    "Give pulse.": "shown where the card uses pulses, which the starter card does not",
    "Do next.": "shown where a measure with a playbook is at risk",
    "Did not move the score": "on a page of two dates; tests/app/test_changed_page.py",
    "Undo": "shown for a day after a touch was logged; tests/app/test_touchpoints.py",
    "Forgotten password:": "a title of the guide",
    "Somebody leaves:": "a title of the guide",
}


def pictures_of(page: Path) -> dict[Path, str]:
    return {
        (page.parent / found["path"]).resolve(): found["said"]
        for found in LINKED.finditer(page.read_text(encoding="utf-8"))
    }


def test_every_picture_is_linked_and_every_link_has_its_picture() -> None:
    linked = {path for page in (README, *GUIDES) for path in pictures_of(page)}
    there = {path.resolve() for path in guide.PICTURES.glob("*")}
    assert linked == there == {guide.PICTURES / f"{each.name}.png" for each in guide.TAKEN}


def test_a_picture_is_said_in_words_too() -> None:
    for page in (README, *GUIDES):
        assert all(len(said) > 40 for said in pictures_of(page).values()), page.name


@pytest.mark.parametrize("name", [each.name for each in guide.TAKEN])
def test_a_picture_is_as_wide_as_a_screen_and_small(name: str) -> None:
    path = guide.PICTURES / f"{name}.png"
    assert guide.size(path) == (guide.WIDTH, guide.HEIGHT)
    assert path.stat().st_size < guide.MOST_BYTES


def test_every_word_in_bold_is_looked_for() -> None:
    bold = {text for page in GUIDES for text in guide.shown(page.read_text(encoding="utf-8"))}
    assert bold == ON_PAGES.keys() | OWN_WORDS.keys()


def test_the_pages_show_what_the_guides_name(site: Site, signed_in: SignedIn) -> None:
    page = signed_in("admin")
    site.within(_team)
    page.goto("/book")
    account = page.locator(".queue .nm a").first.get_attribute("href") or ""
    for path in sorted(set(ON_PAGES.values())):
        page.goto(path.format(account=account))
        shown = page.locator("body")
        for text in (text for text, where in ON_PAGES.items() if where == path):
            expect(shown, f"{path} shows {text}").to_contain_text(text.rstrip("."), ignore_case=False)  # fmt: skip


def _team() -> None:
    from keepwell.app import actions
    from tests.installations import AT, BY

    actions.users.invite(email="north@harbour.example", name="Nora", role="csm", team="north", by=BY, at=AT)  # fmt: skip


@pytest.mark.parametrize("path", ["/book", "/portfolio"])
def test_pictures_are_of_a_day_that_stands_still(
    path: str, site: Site, browser: Browser, cut: Callable[[Site, str], str]
) -> None:
    assert NOON.strftime("%-d %B %Y") in cut(site, path)


@pytest.fixture
def cut(browser: Browser) -> Callable[[Site, str], str]:
    """What a page says on the server whose clock stands."""

    def read(site: Site, path: str) -> str:
        with guide.served(site.folder) as still:
            token = still.within(lambda: _link(still))
            page = guide.signed_in(browser, still, token)
            page.goto(path)
            return page.locator("body").inner_text()

    return read


def _link(still: Site) -> str:
    from tests.pages import person, token

    return token(person(f"still{still.url[-5:]}@harbour.example"), at=NOON)


def test_few_colours_are_kept_as_they_are(browser: Browser) -> None:
    colours = np.zeros((guide.HEIGHT, guide.WIDTH, 3), np.uint8)
    colours[10:20, 10:20] = (155, 17, 45)
    colours[30:, :] = np.arange(guide.WIDTH).reshape(1, -1, 1) % 200
    assert decoded(browser, guide.packed(colours)) == colours.tobytes()


def decoded(browser: Browser, png: bytes) -> bytes:
    import base64

    page = browser.new_page()
    raw = base64.b64decode(page.evaluate(guide.PIXELS, base64.b64encode(png).decode()))
    page.close()
    found: Any = np.frombuffer(raw, np.uint8).reshape(guide.HEIGHT, guide.WIDTH, 4)[:, :, :3]
    return bytes(found.tobytes())
