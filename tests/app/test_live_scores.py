"""This file holds what a live score is: the run of its date for one account, over what was loaded so far, and kept nowhere."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from keepwell.app import queries
from keepwell.app.actions import live_scores, loads, overrides, scorecards, scores
from keepwell.app.actions.engines import NothingLoaded
from keepwell.app.actions.live_scores import LiveScore
from keepwell.app.actions.scores import NothingPublished
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.loads import Load
from keepwell.app.models.scores import Run, Score
from keepwell.app.queries import explanations, trends
from keepwell.app.queries import scores as questions
from keepwell.app.queries.explanations import NotScored
from keepwell.health.explain.tree import Branch
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

BEGAN = date(2025, 1, 1)
TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)
WEEK_AGO = TOMORROW - timedelta(days=7)
NAMES = [f"A-{nth:02}" for nth in range(1, 25)]
AMONG = (
    CARD.replace("health:", "band_margin: 20\nhealth:")
    + """\
  - measure: among
    table: usage
    take: active days
    window: 28 days
    points: {peers: all, better: higher}
    weight: 1
    missing: skip
segments:
  - segment: large
    when: employees >= 500
    weights: {uses: 3}
"""
)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Twenty-four accounts, each used on one to five days of February; the last one is large."""
    brought = Import(since=BEGAN)
    sizes = {name: 900 if name == NAMES[-1] else 10 for name in NAMES}
    brought.rows(
        "accounts",
        *(account(name, started_on=BEGAN, employees=size) for name, size in sizes.items()),
    )
    uses = [
        use(f"{name}-{nth}", name, at=datetime(2026, 2, 20 + nth, 9)) for at, name in enumerate(NAMES) for nth in range(at % 5 + 1)
    ]  # fmt: skip
    brought.rows("usage", *uses, use("today", NAMES[0], day=TODAY.day))
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    return installation


def publish(text: str = AMONG, parent: int | None = None) -> None:
    scorecards.publish(text=text, note="a card", by=ANA, at=NOON, parent=parent)


def run(installation: Installation, as_of: date = TOMORROW) -> queries.runs.ScoredRun:
    return scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)


def live(
    installation: Installation, account_id: str = NAMES[0], as_of: date = TOMORROW
) -> LiveScore:
    return live_scores.explained(
        installation=installation, by=ANA, account_id=account_id, as_of=as_of
    )


def land_more(installation: Installation, name: str = NAMES[0], days: int = 3) -> None:
    more = Import(since=BEGAN).rows(
        "usage", *(use(f"more-{name}-{nth}", name, day=1) for nth in range(days))
    )
    loads.load(more.stage, con=more.con, installation=installation, by=ANA, at=NOON)


def judge(installation: Installation) -> None:
    said = {"account_id": NAMES[0], "score": 90.0, "because": "They signed.", "until": TOMORROW}
    overrides.override(installation=installation, by=ANA, at=NOON, **said)


def child(found: LiveScore, name: str) -> Branch:
    return next(each for each in found.explanation.root.children if each.line.name == name)


@pytest.mark.both_databases
def test_it_is_what_a_run_of_its_date_says_of_the_account(existing: Installation) -> None:
    publish()
    run(existing, WEEK_AGO)
    made = run(existing)
    for name in (NAMES[0], NAMES[3], NAMES[-1]):
        found, wanted = live(existing, name), explanations.explanation(VIEWER, existing, made, name)
        assert found.explanation.row == replace(wanted.row, run_id=None, kind="live", trend=None)
        assert (found.explanation.root, found.explanation.summary) == (
            wanted.root,
            wanted.summary,
        )
        assert found.moves == trends.moves_of(VIEWER, existing, made, name)
        assert found.peers_of == made
    assert live(existing, NAMES[-1]).explanation.row.segment == "large"


def test_nothing_is_kept(existing: Installation) -> None:
    def everything() -> list[object]:
        counts = [model.objects.count() for model in (Run, Score, DataFile, AuditEntry, Load)]
        return [
            *counts,
            sorted(path for path in Path(existing.data / "datafiles").rglob("*") if path.is_file()),
        ]

    publish()
    run(existing, WEEK_AGO)
    before = everything()
    assert live(existing).explanation.row.score is not None
    assert everything() == before


def test_what_was_loaded_since_the_run_counts_and_what_is_of_tomorrow_does_not(
    existing: Installation,
) -> None:
    publish(CARD)
    run(existing)
    assert live(existing).explanation.root.line.points == 50.0
    land_more(existing, days=1)
    found = live(existing)
    assert (found.explanation.row.through_batch, found.explanation.row.score) == (2, 75.0)
    assert live(existing, as_of=TODAY).explanation.row.score == 50.0, (
        "a day is over before it counts"
    )


def test_what_no_import_has_brought_to_its_end_is_not_read(existing: Installation) -> None:
    publish(CARD)
    before = live(existing)
    for file in sorted((existing.data / "datafiles").rglob("*.parquet")):
        shutil.copy(file, file.with_name(f"unlisted-{file.name}"))
    assert live(existing) == before
    assert before.explanation.row.through_batch == 1


def test_its_peers_are_those_that_the_latest_run_froze(existing: Installation) -> None:
    publish()
    made = run(existing, TODAY)
    then = child(live(existing, NAMES[2]), "among")
    for name in NAMES[3:]:
        land_more(existing, name)
    found = live(existing, NAMES[2])
    assert (found.peers_of, child(found, "among").line) == (made, then.line)
    assert then.line.peer_group == "all accounts"
    run(existing)
    assert child(live(existing, NAMES[2]), "among").line.points != then.line.points, (
        "the next run froze others"
    )


def test_without_a_run_nobody_has_peers(existing: Installation) -> None:
    publish()
    found = live(existing)
    among = child(found, "among")
    assert (found.has_peers, found.peers_of) == (True, None)
    assert (among.line.points, among.line.missing, among.line.effective_weight) == (
        None,
        "few_peers",
        0.0,
    )
    assert found.explanation.row.score == child(found, "uses").line.points
    assert [
        (part.path, part.reason) for part in found.explanation.summary.of_kind("not_scored")
    ] == [("among", "few_peers")]


def test_peers_that_another_card_took_otherwise_are_no_peers(existing: Installation) -> None:
    publish()
    made = run(existing)
    other = AMONG.replace(
        "    take: active days\n    window: 28 days", "    take: active days\n    window: 14 days"
    )
    publish(other, parent=1)
    assert (live(existing).peers_of, child(live(existing), "among").line.missing) == (
        None,
        "few_peers",
    )
    publish(
        AMONG.replace(
            "    weight: 1\n    missing: skip\nsegments",
            "    weight: 2\n    why: Breadth.\n    missing: skip\nsegments",
        ),
        parent=2,
    )
    assert (live(existing).peers_of, child(live(existing), "among").line.missing) == (made, None)


def test_a_run_for_a_later_date_gives_no_peers(existing: Installation) -> None:
    publish()
    run(existing, TOMORROW + timedelta(days=7))
    assert live(existing).peers_of is None


def test_its_band_holds_on_to_the_one_of_the_run_before(existing: Installation) -> None:
    publish(CARD.replace("health:", "band_margin: 20\nhealth:").replace("best: 4", "best: 5"))
    land_more(existing, days=2)  # three uses up to yesterday: 60 points
    assert questions.rows(VIEWER, run(existing, TODAY).run_id)[0].band == "Green"
    publish(
        CARD.replace("health:", "band_margin: 20\nhealth:").replace("best: 4", "best: 10"), parent=1
    )
    found = live(existing).explanation.row
    assert (found.score, found.band) == (40.0, "Green"), "by itself it were Red"


def test_an_override_stands_beside_it(existing: Installation) -> None:
    publish(CARD)
    judge(existing)
    found = live(existing).explanation
    assert (found.row.score, found.row.band, found.row.computed_score) == (90.0, "Green", 50.0)
    assert found.row.override == f"They signed. ({ANA}, until {TOMORROW})"
    assert (found.summary.score, found.summary.computed_score) == (90.0, 50.0)
    assert found.summary.parts[0].kind == "override"
    assert (found.root.line.points, live(existing).moves[""].points) == (50.0, None)
    assert live(existing, as_of=TOMORROW + timedelta(days=1)).explanation.row.override is None


@pytest.mark.both_databases
def test_moves_are_measured_against_published_runs(existing: Installation) -> None:
    publish(CARD.replace("health:", "trend: {look_back: 5 days}\nhealth:"))
    since = TOMORROW - timedelta(days=5)
    run(existing, since)
    run(existing, TOMORROW - timedelta(days=2))
    moves = live(existing).moves
    assert (moves[""].points, moves["uses"].direction, moves["uses"].since) == (25.0, "up", since)
    judge(existing)
    again = live(existing).moves
    assert (again[""].points, again[""].why) == (None, "overridden"), "a judgement is no move"
    assert again["uses"] == moves["uses"], "and its measures did not move either"


def test_what_cannot_be_scored_live_is_refused(installation: Installation) -> None:
    with pytest.raises(NothingPublished):
        live(installation)
    publish(CARD)
    with pytest.raises(NothingLoaded):
        live(installation)
    brought = Import(since=BEGAN).rows("accounts", account("A-1", started_on=TOMORROW))
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    with pytest.raises(NotScored, match="did not exist yet"):
        live(installation, "A-1")
