"""This file tests the profile of an account beside its score: notice that it gave, and since when its band is so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from keepwell.app.actions import accounts as projections
from keepwell.app.actions import loads, overrides, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, profiles, runs
from keepwell.app.queries import scores as questions
from keepwell.app.queries.profiles import BandSince
from keepwell.app.score_row import ScoreRow
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, use
from tests.filled import filled_once

BEGAN = date(2025, 1, 1)
DAYS = [date(2026, 2, 1) + timedelta(days=7 * nth) for nth in range(5)]


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts, of which the first is used no more after January, and has given notice; the other is used every day."""
    brought = Import(since=BEGAN)
    brought.rows(
        "accounts",
        *(
            account(name, started_on=BEGAN, valid_from=BEGAN, owner="Ana Ruiz")
            for name in ("A-1", "A-2")
        ),
    )
    uses = [use(f"U-{nth}", at=datetime(2026, 1, 10 + nth, 9)) for nth in range(6)]
    # The other account's uses say that the feed goes on.
    going_on = [date(2026, 1, 10) + timedelta(days=nth) for nth in range(52)]
    uses += [use(f"V-{on}", "A-2", at=datetime(on.year, on.month, on.day, 9)) for on in going_on]
    brought.rows("usage", *uses)
    brought.rows(
        "contracts",
        line("L-1", annual_amount=900, notice_days=30),
        line("L-2", "A-2", annual_amount=100),
    )
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    scorecards.publish(text=CARD, note="a card", by=ANA, at=NOON, parent=None)
    for day in DAYS:
        scores.run(installation=installation, as_of=day, by=ANA, at=NOON)
    return installation


def row(name: str = "A-1", day: date = DAYS[-1]) -> ScoreRow:
    run = runs.latest(VIEWER, "published", day)
    assert run
    return questions.row(VIEWER, run, name)


def noticed(installation: Installation, **more: object) -> accounts.AccountRow:
    told = {"id": "R-1", "account_id": "A-1", "movement": "churn", "noticed_on": date(2026, 2, 10), **more}  # fmt: skip
    brought = Import(since=BEGAN).rows("renewals", told)
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    return accounts.account(VIEWER, "A-1")


@pytest.mark.both_databases
def test_the_band_is_so_since_the_first_date_after_another(existing: Installation) -> None:
    bands = [row(day=day).band for day in DAYS]
    turned = bands.index("Red")
    assert bands == ["Green"] * turned + ["Red"] * (5 - turned)
    assert 0 < turned < 4
    profile = profiles.profile(VIEWER, existing, row())
    assert profile.band_since == BandSince(DAYS[turned], "Green")
    assert (profile.currency, profile.account.owner, profile.account.revenue) == (
        existing.currency,
        "Ana Ruiz",
        900,
    )
    assert profile.on == NOON.date()
    assert profiles.band_since(VIEWER, row(day=DAYS[turned])) == BandSince(DAYS[turned], "Green")


def test_nothing_is_said_where_history_does_not_tell(existing: Installation) -> None:
    assert profiles.band_since(VIEWER, row(day=DAYS[0])) is None
    assert profiles.band_since(VIEWER, row("A-2")) is None
    assert profiles.band_since(VIEWER, replace(row(), kind="draft")) is None


def test_an_override_that_was_set_since_the_run_has_no_history(existing: Installation) -> None:
    until = NOON.date() + timedelta(days=90)
    overrides.override(
        installation=existing, account_id="A-1", score=80, because="They came back.", until=until, by=ANA, at=NOON,
    )  # fmt: skip
    run = runs.newest(VIEWER)
    assert run
    shown = questions.row(VIEWER, run, "A-1", on=NOON.date())
    assert shown.override
    assert profiles.band_since(VIEWER, shown) is None


@pytest.mark.both_databases
def test_notice_counts_while_its_day_is_still_to_come(existing: Installation) -> None:
    assert accounts.account(VIEWER, "A-1").notice_given_on is None
    assert noticed(existing, effective_on=date(2026, 12, 31)).notice_given_on == date(2026, 2, 10)
    assert accounts.account(VIEWER, "A-2").notice_given_on is None
    later = datetime(2027, 1, 1, 12, tzinfo=UTC)
    projections.rebuild(installation=existing, by=ANA, at=later)
    assert accounts.account(VIEWER, "A-1").notice_given_on is None


@pytest.mark.parametrize(
    "more",
    [
        {"movement": "renewed"},
        {"noticed_on": date(2026, 6, 1)},
        {"effective_on": date(2026, 2, 20)},
        {"due_on": date(2026, 2, 20)},
    ],
)
def test_what_is_no_notice(existing: Installation, more: dict[str, object]) -> None:
    assert noticed(existing, **more).notice_given_on is None


@pytest.mark.parametrize(
    ("line_", "still"),
    [
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2028, 1, 1)}, False),
        ({"starts_on": date(2026, 2, 11)}, False),  # open-ended
        ({"starts_on": date(2026, 2, 10)}, True),  # on the day of the notice: what they gave it for
        ({"starts_on": date(2026, 3, 1), "ends_on": date(2026, 12, 31)}, True),  # no longer
        ({"starts_on": date(2027, 1, 1), "kind": "services"}, True),
        ({"starts_on": date(2027, 1, 1), "account_id": "A-2"}, True),
    ],
)
def test_who_signs_again_has_taken_the_notice_back(
    existing: Installation, line_: dict[str, object], still: bool
) -> None:
    brought = Import(since=BEGAN).rows("contracts", line("L-9", **line_))
    loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=NOON)
    given = noticed(existing, effective_on=date(2026, 12, 31)).notice_given_on
    assert given == (date(2026, 2, 10) if still else None)
