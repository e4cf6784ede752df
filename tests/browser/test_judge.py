"""This file opens the page of the judge, and its file, with a real browser: in light and dark, on a desk and a phone, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, Heard, SignedIn, Site, starter_served
from tests.browser.looks import faults
from tests.installations import BY

STATES = {
    "yes": (40, 60, 1.0), "no": (60, 60, 0.0), "wrong": (40, 60, -1.0), "few": (12, 40, 1.0), "none": (0, 3, 1.0),
    "everything": (40, 60, 1.0), "cases": (12, 40, 1.0),
}  # fmt: skip
KNOWN = ("everything", "cases", "none")
MORE = ("renewals", "by-segment", "kinds", "left-out", "partial-losses", "treated", "without-history", "legacy")  # fmt: skip
FIGURES = """name => [...document.querySelectorAll(`table[data-table=${name}] tbody tr`)]
  .map(row => [...row.children].map(cell => cell.textContent.trim()))"""
CUT = """[...document.querySelectorAll("main .card")].filter(each => each.scrollWidth > each.clientWidth + 1)
  .map(each => each.getAttribute("aria-labelledby"))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A company of its own: what is kept of a card would change what other tests look at."""
    with starter_served(tmp_path_factory) as served:
        yield served


def kept(site: Site, state: str) -> dict[str, Any]:
    """Keep a judgement of a state, and give it as JSON does."""

    def keep() -> dict[str, Any]:
        from keepwell.app import actions, queries
        from keepwell.app.representations import backtests
        from keepwell.app.viewers import SYSTEM
        from tests.judgements import judged, with_cases, with_everything

        more = {"everything": with_everything, "cases": with_cases}
        leavers, stayers, knows = STATES[state]
        ids = list(queries.accounts.names(SYSTEM))
        card = queries.scorecards.definition(SYSTEM, 1)
        found = judged(card, leavers=leavers, stayers=stayers, knows=knows, accounts=ids)
        if state in more:
            found = more[state](found, ids)
        actions.judgements.keep(found=found, by=BY, at=datetime.now(UTC))
        return backtests.judged(found)

    given: dict[str, Any] = site.within(keep)
    return given


def written(site: Site, path: Path) -> Path:
    """Write the newest judgement as a file of its own."""

    def write() -> None:
        from datetime import date

        from keepwell.app import formats, queries
        from keepwell.app.documents import files, judgements
        from keepwell.app.viewers import SYSTEM

        newest = queries.judgements.latest(SYSTEM)
        assert newest is not None
        card = queries.scorecards.definition(SYSTEM, newest.version)
        names = queries.accounts.names(SYSTEM)
        made = judgements.document(newest.judged, card, names, formats.of("", date(2026, 8, 2)), "EUR")  # fmt: skip
        path.write_text(files.judgement(made, company="Harbour", made="Judged today"), "utf-8")

    site.within(write)
    return path


def test_the_first_judgement_is_asked_for_and_the_page_says_why_there_is_none(
    signed_in: SignedIn,
) -> None:
    """Runs first: everything known of the starter company came with its import, so no month can be judged yet."""
    page = signed_in("leader")
    page.goto("/portfolio")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/judge")
    expect(page.get_by_text("No judgement yet")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Judge", exact=True).click()
    expect(page.get_by_text(re.compile("Failed|Done"))).to_be_visible(timeout=PATIENCE * 1000)
    expect(page.get_by_text("Nothing was known of contracts before")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("state", STATES)
def test_a_judgement_keeps_nobody_out(state: str, site: Site, signed_in: SignedIn) -> None:
    """Light and dark, 1440 and 390 pixels wide, with all that is folded away opened too."""
    kept(site, state)
    page = signed_in("leader")
    page.goto("/judge")
    assert faults(page) == []
    page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")
    assert faults(page) == []
    for width in (390, 620, 800, 1000, 1150, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CUT) == [], width
    assert page.locator("main [style]").count() == 0


def test_the_figures_are_those_that_were_kept(site: Site, signed_in: SignedIn) -> None:
    found = kept(site, "yes")
    page = signed_in("leader")
    page.goto("/judge")
    auc = found["verdict"]["numbers"]
    pairs = f"{round(auc['auc'] * 100)} of 100 pairs"
    expect(page.get_by_role("region", name="Yes, it tells who leaves.")).to_contain_text(pairs)
    rows = page.evaluate(FIGURES, "leads")
    assert [row[:4] for row in rows] == [
        [
            f"{each['days']} days", f"{each['auc']['value']:.2f} ({each['auc']['low']:.2f} to {each['auc']['high']:.2f})",
            str(each["auc"]["leavers"]), str(each["auc"]["stayers"]),
        ]
        for each in found["leads"]
    ]  # fmt: skip
    curve = [[str(each["days"] // 30), f"{each['auc']['value']:.2f}"] for each in found["curve"] if each["auc"]["value"] is not None]  # fmt: skip
    assert [row[:2] for row in page.evaluate(FIGURES, "curve") if row[1] != "\N{EN DASH}"] == curve


def test_each_loss_is_told_under_those_who_left(site: Site, signed_in: SignedIn) -> None:
    found = kept(site, "cases")
    page = signed_in("leader")
    page.goto("/judge")
    told = page.get_by_role("region", name="Each loss by itself")
    expect(told.locator("li")).to_have_count(len(found["cases"]))
    folded = told.locator("details li").first
    expect(folded).to_be_hidden()
    told.locator("summary").press("Enter")
    expect(folded).to_be_visible()
    account = told.locator("a").first
    name = account.inner_text()
    account.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_by_keyboard_everything_that_is_folded_opens(site: Site, signed_in: SignedIn) -> None:
    kept(site, "no")  # of whom many looked healthy
    page = signed_in("leader")
    page.goto("/judge")
    summary = page.locator("main summary").first
    expect(page.locator("table[data-table=tenths]")).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("table[data-table=tenths]")).to_be_visible()
    account = page.locator("table[data-table=blindsided] a").first
    name = account.inner_text()
    account.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("state", KNOWN)
def test_a_judgement_is_read_without_scripts(
    state: str, site: Site, signed_in: SignedIn, browser: Browser
) -> None:
    kept(site, state)
    cookies: Any = signed_in("leader").context.cookies()
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/judge")
    expect(page.locator("#answer")).to_be_visible()
    expect(page.locator("main svg.chart").first).to_be_visible()
    expect(page.get_by_role("button", name="Judge again")).to_be_visible()
    context.close()


@pytest.fixture
def alone(browser: Browser, heard: Heard) -> Iterator[Callable[[Path], tuple[Page, list[str]]]]:
    """Open a file in a browser that reports each thing it fetches beside it."""
    opened = []

    def open(path: Path) -> tuple[Page, list[str]]:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        opened.append(context)
        page, asked = context.new_page(), []
        heard.listen(page)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        return page, [url for url in asked if not url.startswith("data:") and url != path.as_uri()]

    yield open
    for context in opened:
        context.close()


@pytest.mark.parametrize("state", KNOWN)
def test_a_file_fetches_nothing_and_keeps_nobody_out(
    state: str, site: Site, tmp_path: Path, alone: Callable[[Path], tuple[Page, list[str]]]
) -> None:
    kept(site, state)
    page, asked = alone(written(site, tmp_path / "judgement.html"))
    assert asked == []
    assert page.locator("h1").count() == 1
    assert faults(page) == []
    page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")
    assert faults(page) == []
    assert page.evaluate("document.fonts.check('12px Inter')")
    ink = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ink)
    page.emulate_media(media="print")
    assert page.evaluate(ink) == "rgb(255, 255, 255)", "paper is white"
    page.emulate_media(media="screen", color_scheme="light")
    assert page.evaluate(ink) != dark


def test_the_file_of_the_page_is_the_page(
    site: Site, signed_in: SignedIn, alone: Callable[[Path], tuple[Page, list[str]]], tmp_path: Path
) -> None:
    kept(site, "everything")
    page = signed_in("leader")
    page.goto("/judge")
    with page.expect_download() as taken:
        page.get_by_role("link", name="File").click()
    path = tmp_path / "taken.html"
    taken.value.save_as(path)
    file, asked = alone(path)
    assert asked == []
    for name in ("leads", "curve", "tenths", "measures", "blindsided", "money", "segments", "likely", *MORE):  # fmt: skip
        figures = file.evaluate(FIGURES, name)
        assert figures
        assert figures == page.evaluate(FIGURES, name), name
