"""This file holds that the rows behind a measure say on two dates whether they counted on each, and that those that did are what the numbers are made of."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest

from keepwell.app.actions import facts_behind, loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import explanations, facts_compared, runs
from keepwell.app.queries.facts_behind import FactsBehind
from keepwell.app.queries.facts_compared import ComparedRow, Verdict
from tests.app.test_facts_behind import AS_OF, BEGAN, MEASURES, existing
from tests.cast import ANA, NOON, VIEWER, Import, ticket, use
from tests.pages import by_link, person

__all__ = ["existing"]  # the fixture
DAY = timedelta(days=1)
BEFORE, AFTER = AS_OF, AS_OF + 14 * DAY
COUNTED: Verdict = "counted"


@pytest.fixture
def later(existing: Installation) -> Installation:
    """Two weeks later: what came late for an earlier day, what is new, and a new score."""
    brought = Import(since=BEGAN)
    brought.rows("usage", use("late", "A-1", at=datetime(2026, 2, 20, 9), feature="export", quantity=3), use("new", "A-1", at=datetime(2026, 3, 6, 9), feature="report", quantity=500))  # fmt: skip
    loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=NOON)
    scores.run(installation=existing, as_of=AFTER, by=ANA, at=NOON)
    return existing


def side(installation: Installation, as_of: date, measure: str, limit: int = 1000) -> FactsBehind:
    run = runs.latest_until(VIEWER, as_of)
    assert run is not None
    found = explanations.explanation(VIEWER, installation, run, "A-1")
    return facts_behind.of_measure(
        installation=installation, found=found, wanted=measure, limit=limit, by=ANA
    )


def compared(installation: Installation, measure: str, limit: int = 1000) -> dict[str, ComparedRow]:
    sides = (side(installation, on, measure, limit) for on in (BEFORE, AFTER))
    return {row.id: row for row in facts_compared.compared(*sides)}


def verdicts(row: ComparedRow) -> tuple[Verdict, Verdict]:
    return row.before, row.after


@pytest.mark.both_databases
def test_each_row_says_whether_it_counted_on_both_dates(later: Installation) -> None:
    rows = compared(later, "counted")
    assert verdicts(rows["new"]) == ("not yet", "counted")
    assert verdicts(rows["late"]) == ("not known yet", "counted")
    assert verdicts(rows["A-1-5"]) == ("counted", "counted")
    assert verdicts(rows["A-1-25"]) == ("counted", "too old")
    assert [row.on for row in rows.values()] == sorted((row.on for row in rows.values()), reverse=True)  # fmt: skip
    assert rows["late"].is_changed
    assert not rows["A-1-5"].is_changed


@pytest.mark.parametrize(
    "measure", ["counted", "of_export", "added", "alone", "kept", "grown", "part"]
)
def test_those_that_counted_are_what_the_numbers_are_made_of(later: Installation, measure: str) -> None:  # fmt: skip
    rows = compared(later, measure).values()
    for on, which in ((BEFORE, "before"), (AFTER, "after")):
        window = side(later, on, measure).windows[0]
        counted = [row.id for row in rows if getattr(row, which) == COUNTED]
        assert sorted(counted) == sorted(row.id for row in window.rows if row.in_part is not False)


def test_what_does_not_pass_counts_against_a_share_and_not_at_all_in_a_count(later: Installation) -> None:  # fmt: skip
    assert verdicts(compared(later, "part")["new"]) == ("not yet", "counted against")
    assert compared(later, "part")["new"].is_changed
    assert verdicts(compared(later, "of_export")["new"]) == ("not yet", "not counted")
    assert verdicts(compared(later, "part")["late"]) == ("not known yet", "counted")


@pytest.mark.parametrize("measure", ["least", "most", "last"])
def test_where_one_row_is_the_number_that_one_alone_counts(later: Installation, measure: str) -> None:  # fmt: skip
    rows = compared(later, measure).values()
    for which in ("before", "after"):
        assert [getattr(row, which) for row in rows].count(COUNTED) == 1
    assert verdicts(compared(later, "most")["new"]) == ("not yet", "counted")
    assert compared(later, "most")["A-1-5"].after == "not counted"


def test_what_was_not_read_is_not_judged(later: Installation) -> None:
    rows = compared(later, "counted", limit=2)
    assert len(rows) == 4
    assert "not listed" not in {row.after for row in rows.values() if row.on > BEFORE}
    assert {verdicts(row) for row in rows.values()} <= {
        ("not yet", "counted"), ("counted", "not listed"), ("counted", "counted"), ("not known yet", "counted"),
    }  # fmt: skip


def test_a_row_that_was_corrected_so_that_the_filter_is_not_met_says_so(
    later: Installation,
) -> None:
    entry = "  - {measure: open, table: tickets, take: count, where: priority = urgent, window: 90 days, points: {worst: 9, best: 0}, weight: 1, missing: skip}\n"  # fmt: skip
    version = scorecards.publish(text=text_with(entry), note="tickets", by=ANA, at=NOON, parent=1)
    assert version
    for priority, on in (("urgent", AFTER), ("low", AFTER + DAY)):
        brought = Import(since=BEGAN).rows("tickets", ticket("T-1", at=datetime(2026, 3, 2, 9), priority=priority))  # fmt: skip
        loads.load(brought.stage, con=brought.con, installation=later, by=ANA, at=NOON)
        scores.run(installation=later, as_of=on, by=ANA, at=NOON)
    (row,) = facts_compared.compared(side(later, AFTER, "open"), side(later, AFTER + DAY, "open"))
    assert verdicts(row) == ("counted", "filtered out")


def text_with(entry: str) -> str:
    from tests.app.test_facts_behind import card

    return card() + entry


def test_the_page_of_a_step_shows_both_dates(later: Installation, morning: None) -> None:
    browser = by_link(person(role="admin"))
    url = f"/facts/A-1?measure=counted&on={AFTER}&before={BEFORE}"
    answer = browser.get(url)
    assert answer.status_code == 200
    html = answer.content.decode()
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    assert "Counted 1 Mar Counted 15 Mar" in said
    assert re.search(r"6 Mar new (?:(?!\d Mar).)*?no, not yet yes", said)
    assert re.search(r"20 Feb late (?:(?!\d Mar|\d Feb).)*?no, not known yet yes", said)
    changed = browser.get(f"/changed/A-1?from={BEFORE}&to={AFTER}").content.decode()
    links = re.findall(r'href="(/facts/A-1\?measure=[^"]+)"', changed)
    assert links
    for link in links:
        assert "Counted 15 Mar" in browser.get(unescape(link)).content.decode(), link


def test_a_measure_that_the_earlier_card_did_not_have_stands_alone(
    later: Installation, morning: None
) -> None:
    entry = "  - {measure: fresh, table: usage, take: count, window: 7 days, points: {worst: 0, best: 4}, weight: 1, missing: skip}\n"  # fmt: skip
    scorecards.publish(text=text_with(entry), note="more", by=ANA, at=NOON, parent=1)
    scores.run(installation=later, as_of=AFTER + DAY, by=ANA, at=NOON)
    answer = by_link(person(role="admin")).get(
        f"/facts/A-1?measure=fresh&on={AFTER + DAY}&before={BEFORE}"
    )
    assert answer.status_code == 200
    assert "On 1 Mar nothing was read for this measure" in answer.content.decode()
    assert MEASURES.keys().isdisjoint({"fresh", "open"})
