"""This file holds what the facts behind a measure are: the rows of its window and filter, which give its stored value again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import pytest

from keepwell.app import representations
from keepwell.app.actions import facts_behind, loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, explanations, runs
from keepwell.app.queries.explanations import Explanation
from keepwell.app.queries.facts_behind import FactsBehind, NoSuchMeasure
from keepwell.app.viewers import Actor
from keepwell.health.explain import prose
from keepwell.health.scoring.rows import WindowRows
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, ticket, use
from tests.filled import filled_once

BEGAN, AS_OF = date(2025, 1, 1), date(2026, 3, 1)
NAMES = ("A-1", "A-2", "A-3")  # the second stands below the first
MEASURES = {
    "counted": "take: count, window: 28 days",
    "of_export": "take: count where feature = export, window: 28 days",
    "added": "take: sum quantity, where: feature = export, window: 28 days",
    "average": "take: mean quantity, window: 28 days",
    "middle": "take: median quantity, window: 28 days",
    "least": "take: min quantity, window: 28 days",
    "most": "take: max quantity, window: 28 days",
    "last": "take: latest quantity, window: 28 days",
    "apart": "take: spread quantity, window: 28 days",
    "people": "take: distinct user, window: 28 days",
    "days": "take: active days, window: 28 days",
    "since": "take: days since, where: feature = export",
    "part": "take: share where feature = export, window: 28 days",
    "alone": "take: count, window: 28 days, scope: own",
    "each": "take: sum quantity, each: latest per user, window: 28 days",
    "by_seat": "take: distinct user, window: 28 days, per: seat",
    "grown": "take: growth of count, window: 28 days",
    "usual": "take: count, window: 7 days",
    "kept": "take: mean quantity, where: feature = import, window: 7 days",
}
SCALES = {"usual": "{baseline: 28 days, worst: 0, best: 1}"}
POLICIES = {"kept": "carry 56 days"}


def card() -> str:
    entries = [
        f"  - {{measure: {name}, table: usage, {said}, points: {SCALES.get(name, '{worst: 0, best: 4}')}, weight: 1, "
        f"missing: {POLICIES.get(name, 'skip')}}}\n"
        for name, said in MEASURES.items()
    ]
    return CARD.split("  - measure:")[0].replace("50 %", "0 %") + "".join(entries)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Three accounts with uses on different days: before, in and after the window, by two people, of three features."""
    brought = Import(since=BEGAN)
    rows = [account(name, started_on=BEGAN, valid_from=BEGAN) for name in NAMES]
    rows[1]["parent_id"] = "A-1"
    brought.rows("accounts", *rows)
    uses = []
    for name, every in (("A-1", 5), ("A-2", 3), ("A-3", 11)):
        for nth in range(0, 80, every):
            at = datetime(2026, 3, 3, 9) - timedelta(days=nth)
            feature = ("export", "report", "import")[nth % 3]
            quantity = None if nth % 4 == 1 else nth * 1.25
            user = ("mia", "ben")[nth % 2]
            uses.append(
                use(f"{name}-{nth}", name, at=at, feature=feature, quantity=quantity, user=user)
            )
    brought.rows("usage", *uses)
    brought.rows(
        "contracts", *(line(f"L-{name}", name, starts_on=BEGAN, units=4) for name in NAMES)
    )
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    scorecards.publish(text=card(), note="a card", by=ANA, at=NOON, parent=None)
    scores.run(installation=installation, as_of=AS_OF, by=ANA, at=NOON)
    return installation


def explained(installation: Installation, name: str = "A-1") -> Explanation:
    run = runs.newest(VIEWER)
    assert run
    return explanations.explanation(VIEWER, installation, run, name)


def behind(
    installation: Installation, measure: str, name: str = "A-1", limit: int = 1000, by: Actor = ANA
) -> FactsBehind:
    return facts_behind.of_measure(
        installation=installation, found=explained(installation, name), wanted=measure, limit=limit, by=by,
    )  # fmt: skip


def cells(window: WindowRows, name: str) -> list[Any]:
    nth = window.columns.index(name)
    return [row.cells[nth] for row in window.rows]


def again(found: FactsBehind, window: WindowRows) -> Any:
    """Compute the number from the listed rows alone, in plain Python."""
    take, column = found.measure.take, str(found.measure.column)
    filled: Sequence[float] = [
        float(cell) for cell in (cells(window, column) if take not in ("distinct",) and column else []) if cell is not None
    ]  # fmt: skip
    rows, newest = window.rows, max((row.on for row in window.rows), default=None)
    match take:
        case "count" | "share":
            passing = sum(row.in_part is not False for row in rows)
            return passing / len(rows) if take == "share" else passing
        case "sum":
            return sum(filled)
        case "mean":
            return sum(filled) / len(filled)
        case "median":
            return median(filled)
        case "min":
            return min(filled)
        case "max":
            return max(filled)
        case "spread":
            return max(filled) - min(filled)
        case "latest":
            return filled[0]  # the newest comes first, and one without a value is none
        case "distinct":
            return len(set(cells(window, column)) - {None})
        case "active days":
            return len({row.on for row in rows})
        case "days since":
            assert newest
            return (window.until - newest).days - 1
        case _:
            raise AssertionError(take)


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
def test_the_rows_give_the_stored_value_again(existing: Installation, name: str) -> None:
    for measure in MEASURES:
        found = behind(existing, measure, name)
        stored = found.leaf.line.value
        if (name, measure) == ("A-2", "kept"):  # it has imported nothing that had a quantity
            assert (stored, found.windows[0].number) == (None, None)
            continue
        assert stored is not None, measure
        assert all(len(window.rows) == window.count for window in found.windows)
        now, *before = [again(found, window) for window in found.windows]
        assert [now, *before] == pytest.approx([window.number for window in found.windows])
        if measure == "by_seat":
            now = now / found.windows[0].divisor
        if before:
            now = (now - before[0]) / before[0]
        assert now == pytest.approx(stored, abs=1e-9), measure


def test_only_rows_of_the_window_are_listed_the_newest_first(existing: Installation) -> None:
    (window,) = behind(existing, "counted").windows
    days = [row.on for row in window.rows]
    assert (window.since, window.until) == (AS_OF - timedelta(days=28), AS_OF)
    assert days == sorted(days, reverse=True)
    assert window.since is not None
    assert min(days) >= window.since
    assert max(days) < AS_OF
    (everything,) = behind(existing, "since").windows
    assert everything.since is None
    assert min(row.on for row in everything.rows) < window.since


def test_a_parent_has_the_rows_of_those_below_and_with_scope_own_only_its_own(
    existing: Installation,
) -> None:
    found = behind(existing, "counted")
    assert {row.account_id for row in found.windows[0].rows} == {"A-1", "A-2"}
    assert found.names == {"A-1": "Account A-1", "A-2": "Account A-2"}
    assert {row.account_id for row in behind(existing, "alone").windows[0].rows} == {"A-1"}
    assert {row.account_id for row in behind(existing, "counted", "A-3").windows[0].rows} == {"A-3"}


def test_a_filter_keeps_rows_out_and_a_part_only_marks_them(existing: Installation) -> None:
    assert set(cells(behind(existing, "added").windows[0], "feature")) == {"export"}
    window = behind(existing, "part").windows[0]
    assert [row.in_part for row in window.rows] == [
        feature == "export" for feature in cells(window, "feature")
    ]
    assert window.in_part == sum(row.in_part is True for row in window.rows)
    assert behind(existing, "counted").windows[0].in_part is None


def test_the_limit_cuts_the_list_and_not_what_it_adds_up_to(existing: Installation) -> None:
    whole, cut = behind(existing, "added"), behind(existing, "added", limit=2)
    assert cut.windows[0].rows == whole.windows[0].rows[:2]
    assert replace(cut.windows[0], rows=()) == replace(whole.windows[0], rows=())


def test_the_one_row_that_the_number_is_of_is_marked(existing: Installation) -> None:
    for measure in ("last", "least", "most", "since"):
        (window,) = behind(existing, measure).windows
        (marked,) = [row for row in window.rows if row.is_marked]
        assert window.newest_on == marked.on
        if measure != "since":
            nth = window.columns.index("quantity")
            assert float(marked.cells[nth]) == window.number
    assert not any(row.is_marked for row in behind(existing, "added").windows[0].rows)


def test_only_the_latest_row_of_each_is_listed(existing: Installation) -> None:
    (window,) = behind(existing, "each").windows
    users = cells(window, "user")
    assert len(users) == len(set(users)) == 2


def test_growth_lists_the_window_before_too(existing: Installation) -> None:
    now, before = behind(existing, "grown").windows
    assert before.until == now.since == AS_OF - timedelta(days=28)
    assert {row.on for row in before.rows}.isdisjoint(row.on for row in now.rows)


def test_a_carried_value_has_the_rows_of_the_date_that_it_comes_from(
    existing: Installation,
) -> None:
    found = behind(existing, "kept", "A-3")
    days = found.leaf.line.carried_days
    assert days
    assert found.read_on == found.windows[0].until == AS_OF - timedelta(days=days)
    assert found.windows[0].number == found.leaf.line.value


def test_people_are_named_as_far_as_the_viewer_may_know_them(existing: Installation) -> None:
    found = behind(existing, "people")
    assert {person.known_as for person in found.people.values()} == {"mia", "ben"}
    shown = representations.facts_behind.facts_behind(found)["windows"][0]["rows"][0]
    assert list(shown["cells"]["user"]) == ["person", "name", "known_as"]
    nobody = Actor("user", "nobody")
    hidden = facts_behind.of_measure(
        installation=existing, found=explained(existing), wanted="people", limit=9, by=nobody
    )
    assert hidden.windows[0].rows == ()
    assert hidden.windows[0].hidden == hidden.windows[0].count > 0
    assert not hidden.people


def test_rows_of_accounts_below_that_may_not_be_seen_are_only_counted(
    existing: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "visible", lambda viewer, ids: {"A-1"})
    whole = behind(existing, "counted").windows[0]
    assert {row.account_id for row in whole.rows} == {"A-1"}
    assert whole.count == len(whole.rows) + whole.hidden
    assert whole.hidden


def test_an_unknown_measure_names_the_nearest_of_the_card(existing: Installation) -> None:
    with pytest.raises(NoSuchMeasure, match="has no measure `peple`. Did you mean `people`"):
        behind(existing, "peple")
    assert behind(existing, "PEOPLE").leaf.line.name == "people"


def test_facts_of_later_loads_are_not_behind_an_earlier_score(existing: Installation) -> None:
    before = behind(existing, "counted").windows[0].count
    brought = Import(since=BEGAN).rows("usage", use("late", "A-1", at=datetime(2026, 2, 20, 9)))
    loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=NOON)
    assert behind(existing, "counted").windows[0].count == before
    assert [row for row in behind(existing, "counted").windows[0].rows if row.batch > 1] == []


def test_a_missing_value_still_has_its_rows(installation: Installation) -> None:
    brought = Import(since=BEGAN)
    brought.rows("accounts", account("A-1", started_on=BEGAN, valid_from=BEGAN))
    brought.rows("tickets", ticket("T-1"), ticket("T-2", at=datetime(2026, 2, 3, 9)))
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    entry = "  - {measure: answer, table: tickets, take: mean satisfaction, window: 90 days, points: {worst: 0, best: 4}, weight: 1, missing: skip}\n"
    text = CARD.replace("50 %", "0 %") + entry
    scorecards.publish(text=text, note="a card", by=ANA, at=NOON, parent=None)
    scores.run(installation=installation, as_of=AS_OF, by=ANA, at=NOON)
    found = behind(installation, "answer")
    assert found.leaf.line.missing == "no_rows"
    assert [row.id for row in found.windows[0].rows] == ["T-2", "T-1"]
    assert (found.windows[0].count, found.windows[0].filled) == (2, 0)
    shown = representations.facts_behind.facts_behind(found)
    assert (shown["missing"], shown["value"]) == ("no_rows", None)
    (none,) = behind(installation, "uses").windows  # of a table that no feed has brought
    assert (none.count, none.rows) == (0, ())


def test_each_way_of_adding_up_is_said(existing: Installation) -> None:
    said = {}
    for measure in MEASURES:
        found = behind(existing, measure)
        assert found.leaf.reading
        said[measure] = " ".join(prose.reconciled(found.measure, found.windows, found.leaf.reading))
    (rows,) = behind(existing, "counted").windows
    assert said["counted"] == f"{rows.count} rows."
    assert "divided by 8 seats" in said["by_seat"]
    assert "window before" in said["grown"]
    assert "own mean" in said["usual"]
    assert "own mean" not in said["counted"]
    assert "different values" in said["people"]
