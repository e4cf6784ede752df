"""This file tests who is a customer as people are told: lists, counts, exports, explanations and changes over the dates."""

from __future__ import annotations

import csv
import math
from datetime import date, timedelta
from pathlib import Path

import pytest

from keepwell.app import actions, queries
from keepwell.app.actions import comparisons, live_scores, previews
from keepwell.app.installation import Installation
from keepwell.app.queries import changes, explanations
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import NotScored
from keepwell.app.viewers import Viewer
from keepwell.health.engines.protocol import Standing
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, use
from tests.filled import filled_once

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 30)
BEGAN, LEFT = date(2025, 1, 1), date(2026, 1, 15)
LATER = NOON + timedelta(days=28)
FOR_ALL = CARD.replace("health:", "for: customers, trials and prospects\nhealth:")
NAMES = ("customer", "group", "joins", "late", "lead", "leaves", "new", "shop", "trier")
CUSTOMERS = {
    FIRST: {"customer", "group", "late", "leaves", "shop"},
    SECOND: {"customer", "group", "joins", "late", "shop"},
}


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Accounts of every kind on two dates four weeks apart; `new` began between them and has signed nothing."""
    brought = Import(since=BEGAN, on_load=SECOND)
    began = {"new": date(2026, 3, 20)}
    brought.rows(
        "accounts",
        *(
            account(name, name=name.title(), started_on=began.get(name, BEGAN), owner="Ana", parent_id="group" if name == "shop" else None)
            for name in NAMES
        ),
    )  # fmt: skip
    brought.rows(
        "contracts",
        line("L-1", "customer", starts_on=BEGAN, ends_on=None),
        line("L-2", "group", starts_on=BEGAN, ends_on=None),
        line("L-3", "joins", starts_on=date(2026, 3, 10), ends_on=None),
        line("L-4", "late", starts_on=BEGAN, ends_on=date(2026, 2, 15)),
        line("L-5", "leaves", starts_on=BEGAN, ends_on=LEFT),
        line("L-6", "trier", starts_on=date(2026, 2, 1), ends_on=date(2026, 6, 1), kind="trial"),
    )
    uses = [use(f"{name}-{day}-{n}", name, at=day - timedelta(days=3 + n)) for name in NAMES[:-3] for day in (FIRST, SECOND) for n in range(3)]  # fmt: skip
    brought.rows("usage", *uses)
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=LATER)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=LATER, parent=None)
    return installation


def scored(existing: Installation, as_of: date) -> ScoredRun:
    return actions.scores.run(installation=existing, as_of=as_of, by=ANA, at=LATER)


def for_all() -> None:
    actions.scorecards.publish(text=FOR_ALL, note="everybody", by=ANA, at=LATER, parent=1)


@pytest.mark.both_databases
def test_a_run_tells_whom_it_left_out_of_those_that_existed(existing: Installation) -> None:
    expected = {
        FIRST: {"trial": 1, "prospect": 2},
        SECOND: {"trial": 1, "former customer": 1, "prospect": 2},
    }
    for as_of in (FIRST, SECOND):
        run = scored(existing, as_of)
        found = {row.account_id for row in queries.scores.rows(VIEWER, run.run_id)}
        assert found == CUSTOMERS[as_of]
        assert queries.population.count(VIEWER, existing, run) == expected[as_of]
        many = sum(expected[as_of].values())
        assert queries.population.how_many_left_out(VIEWER, run) == many


def test_accounts_that_were_left_out_are_listed_by_kind_and_name(existing: Installation) -> None:
    run = scored(existing, SECOND)
    standings = queries.population.standings(VIEWER, existing, run)
    assert standings["late"] == Standing("customer", date(2026, 2, 14))  # late to sign
    assert standings["customer"] == Standing("customer", None)
    left = queries.population.left_out(VIEWER, run, standings)
    rows = queries.population.listed(VIEWER, left)
    assert [(row.account.account_id, row.standing.kind, row.standing.ended) for row in rows] == [
        ("trier", "trial", None),
        ("leaves", "former customer", LEFT - timedelta(days=1)),
        ("lead", "prospect", None),
        ("new", "prospect", None),
    ]
    assert queries.population.listed(VIEWER, left, owner="Ben") == ()
    assert queries.population.listed(VIEWER, left, segment="small") == ()
    assert queries.population.listed(VIEWER, left, renews_within=(SECOND, 90)) == ()
    assert queries.population.listed(VIEWER, left, revenue=1) == ()
    assert queries.population.standings(Viewer("nobody"), existing, run) == {}


def test_a_later_line_changes_no_earlier_run(existing: Installation) -> None:
    run = scored(existing, SECOND)
    brought = Import(since=BEGAN, on_load=SECOND)
    brought.rows("contracts", line("L-9", "lead", starts_on=BEGAN, ends_on=None))
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=LATER)
    assert queries.population.standings(VIEWER, existing, run)["lead"].kind == "prospect"
    again = scored(existing, SECOND)
    assert queries.population.standings(VIEWER, existing, again)["lead"].kind == "customer"


def test_many_dates_give_what_each_gives_alone_and_live(existing: Installation) -> None:
    runs = actions.scores.runs(installation=existing, dates=[FIRST, SECOND], by=ANA, at=LATER)
    for run in runs:
        rows = {row.account_id: row.score for row in queries.scores.rows(VIEWER, run.run_id)}
        assert rows.keys() == CUSTOMERS[run.as_of]
        for name in NAMES:
            if name in rows:
                live = live_scores.explained(installation=existing, account_id=name, as_of=run.as_of, by=ANA)  # fmt: skip
                assert live.explanation.row.score == rows[name]
            else:
                with pytest.raises(NotScored):
                    live_scores.explained(installation=existing, account_id=name, as_of=run.as_of, by=ANA)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("leaves", "Leaves is a former customer: its last recurring line ended on 2026-01-14."),
        ("lead", "Lead is a prospect: it has had no recurring line."),
        ("trier", "Trier is a trial: only a trial line runs."),
    ],
)
def test_an_account_without_a_score_says_what_it_is(
    existing: Installation, name: str, said: str
) -> None:
    run = scored(existing, SECOND)
    with pytest.raises(NotScored) as error:
        explanations.explanation(VIEWER, existing, run, name)
    assert said in str(error.value)
    with pytest.raises(NotScored) as error:
        live_scores.explained(installation=existing, account_id=name, as_of=SECOND, by=ANA)
    assert said in str(error.value)


def test_an_account_that_began_later_did_not_exist_yet(existing: Installation) -> None:
    run = scored(existing, FIRST)
    with pytest.raises(NotScored, match="did not exist yet"):
        explanations.explanation(VIEWER, existing, run, "new")


def test_joining_and_leaving_are_the_cause_of_a_change(existing: Installation) -> None:
    runs = scored(existing, FIRST), scored(existing, SECOND)
    left = changes.changed(VIEWER, existing, *runs, "leaves")
    joined = changes.changed(VIEWER, existing, *runs, "joins")
    assert (left.before.standing, left.after.standing) == (None, Standing("former customer", LEFT - timedelta(days=1)))  # fmt: skip
    assert (joined.before.standing, joined.after.standing) == (Standing("prospect", None), None)
    for found, sign in ((left, -1), (joined, 1)):
        [step] = found.steps
        assert (step.cause, step.has_joined) == ("population", sign > 0)
        there = found.after if sign > 0 else found.before
        assert there.score is not None
        assert found.points == step.points == sign * there.score
        assert found.causes == {"population": found.points}
    for name, why in (("lead", "is a prospect"), ("trier", "is a trial")):
        with pytest.raises(NotScored, match=why):
            changes.changed(VIEWER, existing, *runs, name)
    with pytest.raises(NotScored, match="did not exist yet"):
        changes.changed(VIEWER, existing, *runs, "new")


def test_a_card_for_others_scores_them_and_is_the_cause_between_versions(
    existing: Installation,
) -> None:
    for_all()
    run = scored(existing, SECOND)
    found = {row.account_id for row in queries.scores.rows(VIEWER, run.run_id)}
    assert found == set(NAMES) - {"leaves"}
    assert queries.population.count(VIEWER, existing, run) == {"former customer": 1}
    told = comparisons.between_versions(installation=existing, account_id="lead", first=1, second=2, as_of=SECOND, by=ANA)  # fmt: skip
    assert [(step.cause, step.has_joined) for step in told.steps] == [("population", True)]
    assert told.after.score is not None
    assert math.isclose(told.points, told.after.score)
    with pytest.raises(NotScored, match="is a former customer"):
        comparisons.between_versions(installation=existing, account_id="leaves", first=1, second=2, as_of=SECOND, by=ANA)  # fmt: skip


def test_a_preview_shows_who_gains_a_score(existing: Installation) -> None:
    found = previews.try_out(installation=existing, text=FOR_ALL, as_of=SECOND, by=ANA)
    turns = {row.account_id: row.turn for row in found.rows}
    assert turns.keys() == set(NAMES) - {"leaves"}
    assert {name for name, turn in turns.items() if turn == "gains a score"} == {"lead", "trier"}
    assert {row.account_id for row in found.rows if row.before.status == "left out"} == {"lead", "new", "trier"}  # fmt: skip


def test_exported_scores_say_what_each_account_is(existing: Installation, tmp_path: Path) -> None:
    for_all()
    run = scored(existing, SECOND)
    out = tmp_path / "scores.csv"
    queries.exports.write_scores(VIEWER, existing, run, out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["account_id"]: row for row in csv.DictReader(file)}
    shown = {name: (row["name"], row["account_status"], row["ended"]) for name, row in rows.items()}
    assert shown["late"] == ("Late", "customer", "2026-02-14")
    assert shown["lead"] == ("Lead", "prospect", "")
    assert shown["trier"] == ("Trier", "trial", "")
    assert list(rows["late"])[-3:] == ["name", "account_status", "ended"]
