"""This file gives pulses, and undoes a touch, in a real browser: in place, with scripts and without, and the score follows at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AS_OF, PATIENCE, SignedIn, Site, starter_served
from tests.browser.looks import faults
from tests.installations import BY

PULSE = """  - group: judgement
    title: Judgement
    weight: 30
    of:
      - measure: csm_pulse
        title: CSM pulse
        why: Whoever knows them sees what no system does.
        table: pulses
        take: latest pulse
        window: 60 days
        points: {lookup: {green: 100, amber: 50, red: 0}}
        weight: 1
        missing: skip
        indicator: leading
        source: manual
        playbook: Say why within the week, and name the next step.

# Where accounts differ,"""
SCORED = 60_000  # milliseconds


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A company of its own, whose card asks for a pulse: the starter's does not."""
    with starter_served(tmp_path_factory) as served:

        def publish() -> None:
            from keepwell.app import actions, installation

            text = (served.folder / "cards/health.yaml").read_text(encoding="utf-8")
            assert "# Where accounts differ," in text
            at = datetime.now(UTC)
            actions.scorecards.publish(text=text.replace("# Where accounts differ,", PULSE), note="a pulse", by=BY, at=at, parent=1)  # fmt: skip
            as_of = datetime.fromisoformat(AS_OF[1]).date()
            actions.scores.run(installation=installation.current(), as_of=as_of, by=BY, at=at)

        served.within(publish)
        yield served


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


def give(page: Page, pulse: str, note: str) -> None:
    page.get_by_text(pulse, exact=True).click()
    page.get_by_label("Why, in a sentence").fill(note)
    page.get_by_role("button", name="Give pulse").click()
    expect(page.get_by_text("Your pulse counts now.")).to_be_visible(timeout=PATIENCE * 1000)
    expect(page.get_by_text("Scored just now")).to_be_visible(timeout=SCORED)


def of_pulse(page: Page) -> tuple[str, float, float]:
    """What the tree says of the pulse: its value, points and contribution."""
    cells = page.locator("table.tree tr", has=page.get_by_role("rowheader", name="CSM pulse"))
    texts = cells.locator("td").all_inner_texts()
    return texts[0].strip(), float(texts[1]), float(texts[3])


def total(page: Page) -> float:
    return float(page.locator("table.tree tr.total td:nth-child(5)").inner_text())


def added_up(page: Page) -> float:
    rows = page.locator("table.tree tbody tr.mea:not(.gone) td:nth-child(5)").all_inner_texts()
    return sum(map(float, rows))


def test_a_pulse_in_place_is_scored_at_once(account: str, signed_in: SignedIn) -> None:
    page = signed_in("admin")
    page.goto(f"/accounts/{account}")
    assert of_pulse(page)[:2] == ("amber", 50.0), "what the exports say"
    give(page, "red", "Their sponsor has gone quiet.")
    assert of_pulse(page) == ("red", 0.0, 0.0)
    expect(page.get_by_text("Their sponsor has gone quiet.").first).to_be_visible()
    low = total(page)
    assert added_up(page) == pytest.approx(low, abs=0.01)
    assert faults(page) == []
    give(page, "green", "We spoke: all is well.")
    value, points, contribution = of_pulse(page)
    assert (value, points) == ("green", 100.0)
    assert total(page) == pytest.approx(low + contribution, abs=0.11), "each is rounded"
    assert contribution >= 30
    assert added_up(page) == pytest.approx(total(page), abs=0.01)
    expect(page.get_by_text("We spoke: all is well.").first).to_be_visible()
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page.get_by_text("Their sponsor has gone quiet.")).to_be_visible()
    expect(page.get_by_text("We spoke: all is well.")).to_be_visible()


def test_a_touch_is_undone_without_scripts(account: str, site: Site, signed_in: SignedIn) -> None:
    own = signed_in("admin")
    cookies = own.context.cookies()
    browser = own.context.browser
    assert browser is not None
    plain = browser.new_context(base_url=site.url, java_script_enabled=False, locale="en-GB")
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(f"/log/{account}")
    page.get_by_label("What was said").fill("This was another customer.")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("last touch today")).to_be_visible(timeout=SCORED)
    expect(page.get_by_text(re.compile(r"You logged a call today at \d\d:\d\d"))).to_be_visible()
    own.goto(f"/accounts/{account}?live=1")
    assert faults(own) == []
    logged = page.locator("form").filter(has_text="You logged a call today")
    logged.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It counts no more.")).to_be_visible(timeout=SCORED)
    expect(page.get_by_text("last touch today")).to_have_count(0)
    page.goto(f"/timeline/{account}")
    expect(page.get_by_text("This was another customer.")).to_have_count(0)
    plain.close()
