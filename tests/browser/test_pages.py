"""This file opens every page with a real browser, in light and dark, on a desk and a phone, and goes through two mornings: a CSM's and a leader's."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn, Site
from tests.browser.looks import faults

PAGES = (
    "/book", "/portfolio", "/portfolio?band=Red&sort=-revenue", "/portfolio?q=nobody+is+called+so", "/portfolio/drops", "/search?q=a", "/people", "/audit", "/me",
    "/nothing-is-here",
)  # fmt: skip
OF_ACCOUNT = ("accounts", "changed", "timeline", "contacts", "contracts", "usage", "log")

SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => { for (const each of list.getEntries()) shifted += each.value; })
  .observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def account(site: Site) -> str:
    """The account of the starter company that needs somebody first."""

    def first() -> str:
        from keepwell.app import queries
        from keepwell.app.viewers import SYSTEM

        run = queries.runs.newest(SYSTEM)
        assert run is not None
        return queries.portfolios.page(SYSTEM, run, limit=1).rows[0].account.account_id

    found: str = site.within(first)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_nobody_out(path: str, signed_in: SignedIn) -> None:
    page = signed_in("admin")
    page.goto(path)
    assert page.locator("h1").count() == 1
    assert faults(page) == []


def test_the_frame_counts_customers_beside_the_portfolio(signed_in: SignedIn) -> None:
    page = signed_in("admin")
    page.goto("/book")
    place = page.get_by_role("link", name=re.compile(r"^Portfolio \d+ customers$"))
    expect(place.locator(".n")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(place.locator(".n")).to_be_hidden()  # the tabs of a phone have no room for it


@pytest.mark.parametrize("name", OF_ACCOUNT)
def test_a_page_of_an_account_keeps_nobody_out(
    name: str, account: str, signed_in: SignedIn
) -> None:
    page = signed_in("admin")
    page.goto(f"/{name}/{account}")
    page.wait_for_load_state("networkidle")
    assert faults(page) == []


def test_the_morning_of_a_csm(site: Site, signed_in: SignedIn) -> None:
    """Whom to call first, why, and the call is logged: by keyboard where that is quicker."""
    page = signed_in("admin")
    page.goto("/book")
    first = page.locator(".queue > li").first
    name = first.locator(".nm a").inner_text()
    expect(first.locator(".because")).not_to_be_empty()
    expect(first).to_have_class(re.compile("sel"))
    page.keyboard.press("j")
    expect(first).not_to_have_class(re.compile("sel"))
    page.keyboard.press("k")
    expect(first).to_have_class(re.compile("sel"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".why")).to_contain_text(
        re.compile("biggest drag|contributes most|overage|weighs")
    )
    # What makes up the score adds up to the score that is shown.
    rows = page.locator("table.tree tbody tr.mea:not(.gone) td:nth-child(5)").all_inner_texts()
    total = float(page.locator("table.tree tr.total td:nth-child(5)").inner_text())
    assert sum(map(float, rows)) == pytest.approx(total, abs=0.01)

    page.keyboard.press("l")
    page.get_by_label("What was said").fill("They want the report on Monday.")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("Scored just now")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page.get_by_text("They want the report on Monday.")).to_be_visible()


def test_a_change_is_told_by_cause_and_between_the_usual_dates(
    account: str, signed_in: SignedIn
) -> None:
    page = signed_in("admin")
    page.goto(f"/changed/{account}")
    page.get_by_role("link", name="Since last run").click()
    expect(page.get_by_role("link", name="Since last run")).to_have_attribute(
        "aria-current", "true"
    )
    still = page.locator("details.still")
    expect(still.get_by_role("link").first).to_be_hidden()
    still.locator("summary").press("Enter")
    expect(still.get_by_role("link").first).to_be_visible()
    page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")
    assert faults(page) == []
    steps = page.locator("table.steps-of")
    total = signed(steps.locator("tr.end td:nth-child(4)").last.inner_text())
    causes = steps.locator("tr.sub td:nth-child(4)").all_inner_texts()
    rows = steps.locator("tbody tr:not(.sub):not(.end) td:nth-child(4)").all_inner_texts()
    assert causes
    assert sum(map(signed, causes)) == pytest.approx(total, abs=0.01)
    assert sum(map(signed, rows)) == pytest.approx(total, abs=0.01)


def signed(points: str) -> float:
    return float(points.replace("\N{MINUS SIGN}", "-"))


@pytest.mark.parametrize("width", [390, 620, 800, 1150])
def test_no_table_scrolls_sideways_in_its_frame(
    width: int, account: str, signed_in: SignedIn
) -> None:
    page = signed_in("admin")
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("/portfolio", f"/accounts/{account}", f"/changed/{account}", "/data", "/people"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        frames = ".scroll, .tree td, .tree th"
        wide = "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.outerHTML.slice(0, 90))"
        assert page.locator(frames).evaluate_all(wide) == [], path


def test_an_override_in_place_and_its_end(account: str, signed_in: SignedIn) -> None:
    page = signed_in("admin")
    page.goto(f"/accounts/{account}")
    computed = page.locator(".score").inner_text().strip()
    page.get_by_text("Override the score").click()
    page.get_by_role("spinbutton", name="Score").fill("12")
    page.get_by_label("Because").fill("They told us they are leaving.")
    page.get_by_label("Until").fill("2099-01-01")
    page.get_by_role("button", name="Override", exact=True).click()
    expect(page.locator(".score")).to_contain_text("12")
    expect(page.locator(".hero")).to_contain_text("Computed")
    expect(page.locator(".hero")).to_contain_text(computed)
    assert faults(page) == []
    page.get_by_role("button", name=re.compile("End, back to")).click()
    expect(page.locator(".score")).to_contain_text(computed)


def test_the_morning_of_a_leader(signed_in: SignedIn) -> None:
    """What is at risk, who is behind it, the list as a view of its own and as a file."""
    page = signed_in("leader")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Portfolio")
    page.get_by_role("link", name=re.compile(r"^Red")).first.click()
    rows = page.locator("table.accounts tbody tr")
    shown = rows.count()
    assert shown
    assert all("Red" in text for text in rows.all_inner_texts())
    page.get_by_role("link", name=re.compile("^Revenue")).click()
    page.get_by_text("Save this view").click()
    page.get_by_label("Name").fill("Red by revenue")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(
        page.get_by_role("navigation", name="Main").get_by_text("Red by revenue")
    ).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    lines = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == shown + 1
    assert lines[0].startswith("account_id,name,")


def test_the_palette_finds_an_account(site: Site, signed_in: SignedIn) -> None:
    page = signed_in("admin")
    page.goto("/portfolio")
    name = page.locator("table.accounts .nm a").nth(2).inner_text()
    page.keyboard.press("Control+k")
    page.keyboard.type(name[:6])
    found = page.locator("#found a", has_text=name).first
    expect(found).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert faults(page) == []
    found.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_pages_can_be_read_without_scripts(
    site: Site, account: str, signed_in: SignedIn, page: Page
) -> None:
    own = signed_in("admin")
    context = own.context.browser.new_context(java_script_enabled=False, base_url=site.url)  # type: ignore[union-attr]
    context.add_cookies(own.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    for path in ("/book", "/portfolio", f"/accounts/{account}", f"/changed/{account}"):
        plain.goto(path)
        expect(plain.get_by_role("heading", level=1)).to_be_visible()
    plain.goto("/portfolio")
    plain.get_by_label("Find an account").fill("zzz nobody")
    plain.get_by_role("button", name="Show", exact=True).click()
    expect(plain.get_by_text("No account fits.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_moves_while_it_loads(width: int, account: str, signed_in: SignedIn) -> None:
    """Fonts and what htmx adds have their room from the start; 0.1 is what browsers call good."""
    context = signed_in("admin").context
    context.add_init_script(SHIFTS)
    found = {}
    for path in ("/book", "/portfolio", f"/accounts/{account}", f"/changed/{account}", "/data"):
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[path] = page.evaluate("shifted")
        page.close()
    assert {path: moved for path, moved in found.items() if moved > 0.01} == {}


def test_a_portfolio_that_nobody_has_opened_before_is_small(
    site: Site, signed_in: SignedIn
) -> None:
    """With style, scripts and font it is under 90 kB on the way."""
    page = signed_in("admin")
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    page.goto("/portfolio")
    parts = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    kinds = (".css", ".js", ".woff2", ".svg")
    sizes = {}
    for url in [f"{site.url}/portfolio", *(each for each in parts if each.endswith(kinds))]:
        with requests.get(
            url, cookies=cookies, headers={"Accept-Encoding": "br, gzip"}, stream=True, timeout=30
        ) as answer:
            sizes[url] = len(answer.raw.read(decode_content=False))
    assert len(sizes) > 3
    assert sum(sizes.values()) < 90_000, sizes
