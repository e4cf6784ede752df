"""This file holds what an override promises: a reason, an end, the computed score beside it, and that nothing published changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from keepwell.app import queries
from keepwell.app.actions import loads, overrides, replays, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.overrides import Override
from keepwell.app.queries import accounts, changes, evidence, explanations, trends
from keepwell.app.queries import overrides as set_so_far
from keepwell.app.queries import scores as questions
from keepwell.errors import IntegrityError
from keepwell.health.explain.trend import Move
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

TODAY = NOON.date()
DAY = timedelta(days=1)
UNTIL = TODAY + 7 * DAY


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts, of which one is healthy; a card that holds on to its bands is published."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts", *(account(name, started_on=date(2025, 1, 1)) for name in ("A-1", "A-2"))
    )
    brought.rows("usage", *(use(f"u{n}") for n in range(3)), use("u9", day=2))
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    text = CARD.replace("health:", "band_margin: 20\nhealth:")
    scorecards.publish(text=text, note="first", by=ANA, at=NOON, parent=None)
    return installation


def judge(
    installation: Installation,
    score: float = 30.0,
    until: date = UNTIL,
    days_later: int = 0,
    **more: str,
) -> None:
    wanted = {"account_id": "A-1", "because": "Their sponsor is leaving.", "by": ANA, **more}
    overrides.override(
        installation=installation, score=score, until=until, at=NOON + days_later * DAY, **wanted
    )


def run(installation: Installation, as_of: date = TODAY) -> queries.runs.ScoredRun:
    return scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)


def row(installation: Installation, as_of: date = TODAY) -> questions.ScoreRow:
    return questions.rows(VIEWER, run(installation, as_of).run_id)[0]


@pytest.mark.both_databases
def test_an_override_stands_in_place_of_the_score_and_the_computed_one_beside_it(
    existing: Installation,
) -> None:
    before = run(existing)
    judge(existing)
    after = run(existing)
    found = questions.rows(VIEWER, after.run_id)[0]
    assert (found.score, found.computed_score, found.band, found.meaning) == (
        30.0,
        75.0,
        "Red",
        "at risk",
    )
    assert (found.override, found.computed_band) == (
        f"Their sponsor is leaving. (ana@harbour.example, until {UNTIL})",
        "Green",
    )
    assert evidence.lines(VIEWER, existing, after) == evidence.lines(VIEWER, existing, before)
    assert questions.rows(VIEWER, before.run_id)[0].score == 75.0, "what was published stays"
    assert questions.rows(VIEWER, after.run_id)[1] == _as_in(
        questions.rows(VIEWER, before.run_id)[1], after.run_id
    )


def _as_in(row: questions.ScoreRow, run_id: str) -> questions.ScoreRow:
    return questions.ScoreRow(
        **{**{name: getattr(row, name) for name in row.__dataclass_fields__}, "run_id": run_id}
    )


def test_it_stands_from_its_day_until_its_end_and_stops_by_itself(existing: Installation) -> None:
    judge(existing)
    days = [TODAY - DAY, TODAY, UNTIL, UNTIL + DAY]
    assert [row(existing, as_of).override is not None for as_of in days] == [
        False,
        True,
        True,
        False,
    ]
    runs = scores.runs(
        installation=existing, dates=[day + 30 * DAY for day in days], by=BEN, at=NOON
    )
    assert {questions.rows(VIEWER, each.run_id)[0].override for each in runs} == {None}


def test_ended_early_it_no_longer_stands(existing: Installation) -> None:
    judge(existing)
    first = run(existing, TODAY + DAY)
    overrides.end(installation=existing, account_id="A-1", by=BEN, at=NOON + DAY)
    again = run(existing, TODAY + DAY)
    assert (again.run_id != first.run_id, questions.rows(VIEWER, again.run_id)[0].override) == (
        True,
        None,
    )
    assert row(existing, TODAY).override is not None, "on the day before it stood"
    assert questions.rows(VIEWER, first.run_id)[0].score == 30.0
    with pytest.raises(overrides.NotOverridden):
        overrides.end(installation=existing, account_id="A-1", by=BEN, at=NOON + DAY)


def test_a_new_override_ends_the_one_before(existing: Installation) -> None:
    judge(existing)
    judge(existing, 55.0, days_later=2, by=BEN)
    assert [row(existing, TODAY + nth * DAY).score for nth in range(4)] == [30.0, 30.0, 55.0, 55.0]
    assert [(each.by, each.ended_by) for each in set_so_far.history(VIEWER, "A-1")] == [
        (ANA.name, BEN.name),
        (BEN.name, None),
    ]
    assert list(AuditEntry.objects.filter(verb="override").values_list("by", "detail__score")) == [
        (ANA.name, 30.0),
        (BEN.name, 55.0),
    ]


def test_one_that_expired_makes_room_for_another(existing: Installation) -> None:
    judge(existing)
    judge(existing, 55.0, UNTIL + 30 * DAY, days_later=20)
    assert [row(existing, TODAY + nth * DAY).score for nth in (7, 8, 20)] == [30.0, 100.0, 55.0]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"score": 101.0}, "A score must be from 0 to 100, not `101`."), ({"score": -0.1}, "from 0 to 100"),
        ({"score": float("nan")}, "from 0 to 100"), ({"because": " \n "}, "needs a reason"),
        ({"because": "x" * 501}, "501 characters"), ({"until": TODAY - DAY}, "`2026-03-01` is in the past: today is 2026-03-02"),
    ],
)  # fmt: skip
def test_what_is_no_override_is_refused_and_changes_nothing(
    existing: Installation, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(overrides.NotAccepted, match=said):
        judge(existing, **wrong)  # type: ignore[arg-type]
    assert (Override.objects.count(), AuditEntry.objects.filter(verb="override").count()) == (0, 0)


def test_an_unknown_account_is_refused(existing: Installation) -> None:
    with pytest.raises(accounts.NoSuchAccount):
        judge(existing, account_id="nobody")


@pytest.mark.both_databases
def test_overridden_runs_are_replayed_the_same(existing: Installation) -> None:
    judge(existing)
    runs = scores.runs(installation=existing, dates=[TODAY, UNTIL, UNTIL + DAY], by=BEN, at=NOON)
    overrides.end(installation=existing, account_id="A-1", by=BEN, at=NOON)
    assert [
        replays.replay(installation=existing, by=ANA, run_id=each.run_id).different for each in runs
    ] == [
        0,
        0,
        0,
    ]


def test_an_override_is_told_as_a_cause_of_its_own(existing: Installation) -> None:
    first = run(existing, TODAY - DAY)
    judge(existing)
    found = changes.changed(VIEWER, existing, first, run(existing), "A-1")
    assert found.causes["override"] == -45.0
    assert (
        sum(step.points for step in found.steps)
        == found.points
        == (found.after.score or 0) - (found.before.score or 0)
    )
    assert found.sides[1].override.startswith("Their sponsor is leaving. (ana@harbour.example")
    explained = explanations.explanation(VIEWER, existing, run(existing), "A-1")
    summary = explained.summary
    assert (summary.score, summary.band) == (30.0, "Red")
    assert (summary.computed_score, summary.computed_band) == (75.0, "Green")
    (override,) = summary.of_kind("override")
    assert (override.points, override.reason) == (-45.0, found.sides[1].override)
    assert explained.root.line.points == 75.0
    assert trends.moves_of(VIEWER, existing, run(existing), "A-1")["uses"].direction is None


@pytest.mark.both_databases
def test_an_override_that_somebody_wrote_over_is_not_applied(existing: Installation) -> None:
    judge(existing)
    Override.objects.update(score=99.0)
    with pytest.raises(IntegrityError, match="override of account A-1 is not what was set"):
        run(existing)


def test_an_account_without_a_score_can_be_overridden(existing: Installation) -> None:
    text = (
        CARD.replace("least_coverage: 50 %", "least_coverage: 100 %")
        + "  - {measure: rated, table: tickets, take: mean satisfaction, window: 28 days, points: {worst: 0, best: 5}, weight: 1, missing: skip}\n"
    )
    scorecards.publish(text=text, note="more", by=ANA, at=NOON, parent=1)
    judge(existing, 60.0)
    found = row(existing)
    assert (found.score, found.computed_score, found.band, found.computed_band, found.status) == (
        60.0,
        None,
        "Green",
        None,
        "scored",
    )
    summary = explanations.explanation(VIEWER, existing, run(existing), "A-1").summary
    assert [part.kind for part in summary.parts[:2]] == ["override", "low_coverage"]


def shown(installation: Installation, on: date) -> tuple[float | None, str | None, bool]:
    """A-1 as pages show it on a day: its score and band, and whether that is an override."""
    newest = queries.runs.newest(VIEWER)
    assert newest is not None
    found = {
        row.account.account_id: row.score
        for row in queries.portfolios.portfolio(VIEWER, newest, on=on)
    }
    assert found["A-1"] == questions.row(VIEWER, newest, "A-1", on=on)
    explained = explanations.explanation(VIEWER, installation, newest, "A-1", on=on)
    assert explained.row == found["A-1"]
    return found["A-1"].score, found["A-1"].band, found["A-1"].override is not None


def test_the_newest_scores_follow_an_override_at_once_and_its_end_by_itself(
    existing: Installation,
) -> None:
    published = run(existing)
    assert shown(existing, TODAY) == (75.0, "Green", False)
    judge(existing)
    assert shown(existing, TODAY) == shown(existing, UNTIL) == (30.0, "Red", True)
    assert shown(existing, UNTIL + DAY) == (75.0, "Green", False), "it has expired"
    assert questions.rows(VIEWER, published.run_id)[0].score == 75.0, "what was published stays"
    overrides.end(installation=existing, account_id="A-1", by=BEN, at=NOON + DAY)
    assert shown(existing, TODAY + DAY) == (75.0, "Green", False)


def test_an_override_that_was_published_is_shown_until_it_ends(existing: Installation) -> None:
    judge(existing)
    run(existing)
    assert shown(existing, UNTIL) == (30.0, "Red", True)
    assert shown(existing, UNTIL + DAY) == (75.0, "Green", False)
    overrides.end(installation=existing, account_id="A-1", by=BEN, at=NOON)
    assert shown(existing, TODAY) == (75.0, "Green", False)


@pytest.mark.both_databases
def test_pages_counts_and_trends_are_those_of_the_day(existing: Installation) -> None:
    earlier = Import(since=date(2025, 1, 1)).rows("usage", use("early", at=datetime(2026, 2, 1, 9)))
    loads.load(earlier.stage, con=earlier.con, installation=existing, by=ANA, at=NOON)
    first = run(existing, TODAY - 28 * DAY)
    newest = run(existing)
    judge(existing, 0.0)
    page = queries.portfolios.page(VIEWER, newest, limit=1, on=TODAY)
    assert [row.account.account_id for row in page.rows] == ["A-2"], (
        "0 is computed before it is judged"
    )
    rest = queries.portfolios.page(VIEWER, newest, limit=1, on=TODAY, after=page.next)
    assert [(row.account.account_id, row.score.score) for row in rest.rows] == [("A-1", 0.0)]
    assert rest.next is None
    assert questions.bands(VIEWER, newest, on=TODAY) == {("Red", "at risk"): 2}
    assert questions.bands(VIEWER, newest, on=UNTIL + DAY) == {("Green", "healthy"): 1, ("Red", "at risk"): 1}  # fmt: skip
    assert not queries.portfolios.page(VIEWER, newest, band="Green", on=TODAY).rows
    then = questions.row(VIEWER, first, "A-1").score
    assert then is not None
    moves = trends.moves(VIEWER, newest, ["A-1"], on=TODAY)
    assert moves["A-1"] == Move(why="overridden"), "a judgement is no move"
    assert trends.moves_of(VIEWER, existing, newest, "A-1", on=TODAY)[""] == moves["A-1"]
    change = changes.changed(VIEWER, existing, first, newest, "A-1", on=TODAY)
    assert change.points == 0.0 - then
    assert change.causes["override"] == -75.0


def test_an_override_between_two_dates_is_no_improvement(existing: Installation) -> None:
    """Computed, both accounts stay as they were; set, stood or ended, an override moves no arrow."""
    early = Import(since=date(2025, 1, 1)).rows("usage", use("early", at=datetime(2026, 2, 1, 9)))
    loads.load(early.stage, con=early.con, installation=existing, by=ANA, at=NOON)
    month = [TODAY - 28 * DAY, TODAY]
    judge(
        existing, 90.0, days_later=-28, until=TODAY - 20 * DAY
    )  # it stood on the first date alone
    first, second = (run(existing, as_of) for as_of in month)
    assert questions.row(VIEWER, first, "A-1").score == 90.0
    computed = [
        questions.row(VIEWER, each, "A-1").computed_score or 0.0 for each in (first, second)
    ]
    move = trends.moves(VIEWER, second, ["A-1"])["A-1"]
    assert move.points == computed[1] - computed[0], "not what the override had made of it"
    judge(existing, 100.0)
    third = run(existing)
    assert questions.row(VIEWER, third, "A-1").score == 100.0
    shown = [
        trends.moves(VIEWER, third, ["A-1"])["A-1"],
        trends.moves(VIEWER, second, ["A-1"], on=TODAY)["A-1"],
        trends.moves_of(VIEWER, existing, third, "A-1")[""],
    ]
    assert [(each.points, each.direction, each.why) for each in shown] == [
        (None, None, "overridden")
    ] * 3
    assert trends.moves(VIEWER, third, ["A-1"], on=UNTIL + DAY)["A-1"] == move, "it has ended"
