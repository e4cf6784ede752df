"""This file holds that a change is told from what runs kept: their lines, the card that applied, frozen peers and overrides."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import pytest

from keepwell.app import queries
from keepwell.app.actions import comparisons, loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import changes, explanations
from keepwell.app.queries.scorecards import NoSuchVersion
from keepwell.health.explain.reading import Reading
from keepwell.health.explain.score_change import Side
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, ticket, use
from tests.filled import filled_once

FIRST, SECOND = date(2026, 3, 9), date(2026, 3, 30)
RATED = datetime(2026, 2, 20, 9)
TWO = (
    CARD
    + """\
  - measure: rated
    table: tickets
    take: mean satisfaction
    window: 28 days
    points: {worst: 0, best: 5}
    weight: 1
    missing: skip
segments:
  - segment: large
    when: employees >= 500
    weights: {uses: 3}
"""
)
NAMES = [f"A-{nth}" for nth in range(1, 25)]


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Accounts that were used in March: A-1 less and less, which becomes large on the 20th; the others more and more."""
    began = date(2025, 1, 1)
    brought = Import(since=began)
    rows = [account(name, started_on=began, employees=10) for name in NAMES]
    rows.append(account("A-1", started_on=began, employees=900, valid_from=date(2026, 3, 20)))
    brought.rows("accounts", *rows)
    uses = [use(f"a{nth}", "A-1", day=1) for nth in range(4)] + [use("a9", "A-1", day=25)]
    uses += [
        use(f"{name}-{nth}", name, day=20 + nth)
        for at, name in enumerate(NAMES[1:])
        for nth in range(at % 5)
    ]
    brought.rows("usage", *uses).rows(
        "tickets",
        ticket("T-1", at=RATED, satisfaction=4),
        ticket("T-2", "A-2", at=RATED, satisfaction=1),
    )
    # After all of March: a delivery vouches for the days before it.
    later = NOON + timedelta(days=31)
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=later)
    return installation


def publish(text: str, parent: int | None = None) -> None:
    scorecards.publish(text=text, note="a card", by=ANA, at=NOON, parent=parent)


def run(installation: Installation, as_of: date) -> queries.runs.ScoredRun:
    return scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)


def adds_up(found: changes.Change) -> None:
    then, now = found.before.score, found.after.score
    assert then is not None
    assert now is not None
    assert math.isclose(found.points, now - then, abs_tol=1e-9)
    assert math.isclose(sum(step.points for step in found.steps), found.points, abs_tol=1e-9)
    assert math.isclose(sum(found.causes.values()), found.points, abs_tol=1e-9)


@pytest.mark.both_databases
def test_a_change_names_the_segment_what_went_missing_and_what_fell(existing: Installation) -> None:
    publish(TWO)
    found = changes.changed(VIEWER, existing, run(existing, FIRST), run(existing, SECOND), "A-1")
    adds_up(found)
    assert [
        (step.cause, step.path, step.before, step.after, step.points) for step in found.steps
    ] == [
        ("definition", "", None, None, 5.0),
        ("missing", "rated", Reading(4.0), Reading(missing="no_rows"), 5.0),
        ("data", "uses", Reading(4.0), Reading(1.0), -75.0),
    ]
    bands = found.sides[0].bands
    assert [band.name for band in bands] == ["Green", "Red"]
    assert found.sides == (
        Side(90.0, "the card for everyone", bands=bands),
        Side(25.0, "the card for large", bands=bands),
    )


def test_every_account_adds_up_among_frozen_peers(existing: Installation) -> None:
    publish(TWO.replace("{worst: 0, best: 4}", "{peers: all, better: higher}"))
    first, second = run(existing, FIRST + timedelta(days=7)), run(existing, SECOND)
    told = [changes.changed(VIEWER, existing, first, second, name) for name in NAMES]
    for found in told:
        if found.before.score is not None and found.after.score is not None:
            adds_up(found)
    assert {"data", "peers"} <= {step.cause for found in told for step in found.steps}


def test_two_versions_are_compared_on_the_same_date_and_facts(existing: Installation) -> None:
    publish(TWO)
    publish(TWO.replace("best: 4", "best: 8"), parent=1)
    before = queries.runs.latest(VIEWER)
    found = comparisons.between_versions(
        installation=existing, by=ANA, account_id="A-1", first=1, second=2, as_of=FIRST
    )
    adds_up(found)
    assert set(found.causes) == {"definition"}
    assert (found.before.version, found.after.version) == (1, 2)
    assert [side.card for side in found.sides] == ["version 1", "version 2"]
    assert queries.runs.latest(VIEWER) == before, "nothing is kept"
    same = comparisons.between_versions(
        installation=existing, by=ANA, account_id="A-1", first=1, second=1, as_of=FIRST
    )
    assert (same.points, same.steps) == (0.0, ())
    with pytest.raises(NoSuchVersion, match="There is no version 9"):
        comparisons.between_versions(
            installation=existing, by=ANA, account_id="A-1", first=1, second=9, as_of=FIRST
        )


def test_two_versions_that_were_scored_are_told_apart_from_new_facts(
    existing: Installation,
) -> None:
    publish(TWO)
    first = run(existing, FIRST)
    publish(TWO.replace("best: 4", "best: 8"), parent=1)
    found = changes.changed(VIEWER, existing, first, run(existing, SECOND), "A-2")
    adds_up(found)
    assert (found.before.version, found.after.version) == (1, 2)


def test_an_account_that_was_none_yet_has_no_change(existing: Installation) -> None:
    publish(TWO)
    with pytest.raises(explanations.NotScored, match="the account did not exist yet"):
        changes.changed(VIEWER, existing, run(existing, FIRST), run(existing, SECOND), "nobody")
