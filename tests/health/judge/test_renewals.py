"""This file holds which renewals came due, when each had to be decided, how it went, and what the score said days before the deadline."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from keepwell.health.judge import leaving, rates, renewal_table, renewals
from keepwell.health.judge.judgement import BandNames, Scored
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import Landmark
from keepwell.health.judge.leaving import ContractLine, Notice
from keepwell.health.judge.renewals import Due
from keepwell.health.judge.rows import Rows
from tests.health.judge import direct

UNTIL = date(2026, 6, 1)
BEGAN = date(2024, 1, 1)
ENDS = date(2025, 6, 1)
DAY = timedelta(days=1)
BANDS = BandNames(("Red", "Green"), frozenset({0}), frozenset({1}), (0.0, 50.0))


def line(starts_on: date = BEGAN, ends_on: date | None = ENDS, product: str = "Core", **more: object) -> ContractLine:  # fmt: skip
    known_on = more.pop("known_on", starts_on)
    return ContractLine(f"{product}-{starts_on}", "A", starts_on, ends_on, known_on, product, **more)  # type: ignore[arg-type]  # fmt: skip


def due(*lines: ContractLine, notices: tuple[Notice, ...] = (), until: date = UNTIL, **more: bool) -> list[Due]:  # fmt: skip
    return list(renewals.due(lines, leaving.terms(lines, notices, until), until, **more))


def test_a_renewal_is_due_where_a_line_ends_and_decided_by_its_notice() -> None:
    (found,) = due(line(notice_days=60), line(ENDS, None, known_on=ENDS - 20 * DAY))
    assert found == Due("A", ENDS, ENDS - 60 * DAY, BEGAN, ENDS - 20 * DAY, None)
    (found,) = due(line(notice_days=60, auto_renews=False))
    assert (found.deadline, found.signed_on, found.left_on) == (ENDS, None, ENDS)
    assert not due(line(ends_on=None))
    assert not due(line(amount=0.0))
    assert not due(line(), until=ENDS + 60 * DAY)  # may still be signed late


def test_lines_that_end_on_one_day_are_one_renewal() -> None:
    (found,) = due(line(notice_days=30), line(product="Plus", notice_days=90), line(ENDS, None))
    assert (found.deadline, found.signed_on) == (
        ENDS - 90 * DAY,
        None,
    )  # one of them is not followed
    one, two = due(line(), line(product="Plus", ends_on=ENDS + 90 * DAY))
    assert (one.left_on, two.left_on) == (None, ENDS + 90 * DAY)  # it stayed at the first


def test_who_said_before_that_it_leaves_left_at_that_renewal() -> None:
    (found,) = due(line(), notices=(Notice("A", ENDS - 100 * DAY, ENDS),))
    assert found.left_on == ENDS - 100 * DAY
    first, second = due(line(), line(ENDS, ENDS + 90 * DAY), notices=(Notice("A", ENDS + 5 * DAY),))
    assert (first.left_on, second.left_on) == (None, ENDS + 5 * DAY)


def test_rows_count_from_their_first_day_where_they_count_as_happened() -> None:
    lines = [line(known_on=UNTIL), line(ENDS, None, known_on=UNTIL)]
    assert [(each.known_on, each.signed_on) for each in due(*lines)] == [(UNTIL, UNTIL)]
    assert [(each.known_on, each.signed_on) for each in due(*lines, as_happened=True)] == [(BEGAN, ENDS)]  # fmt: skip


def table(*rows: tuple[str, date, float]) -> Table:
    scores = np.array([score for _, _, score in rows])
    band = np.where(np.isnan(scores), -1, (scores >= 50).astype(int))
    marks = [Landmark(name, on, None, None, None) for name, on, _ in rows]
    return Table(marks, Scored(scores, band, BANDS, {}, [""] * len(rows)))


MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)
DEADLINE = date(2025, 5, 20)  # 30 days before: 20 April; 60: 21 March; 90: 19 February


def renewal(name: str = "A", left_on: date | None = None, **more: object) -> Due:
    return Due(name, ENDS, more.pop("deadline", DEADLINE), more.pop("known_on", BEGAN), more.pop("signed_on", None), left_on)  # type: ignore[arg-type]  # fmt: skip


def lead(days: int, found: Table, *dues: Due):  # type: ignore[no-untyped-def]
    leads = renewal_table.leads(found, dues, seed=1, draws=20)
    return next(each for each in leads if each.days == days)


def test_the_newest_score_on_the_day_counts_and_none_that_is_older_than_a_month() -> None:
    found = table(("A", MARCH, 80.0), ("A", APRIL, 10.0), ("A", date(2025, 5, 1), 80.0))
    bands = {days: [part.rate.rows for part in lead(days, found, renewal()).bands] for days in (30, 60)}  # fmt: skip
    assert bands == {30: [1, 0], 60: [0, 1]}  # of April, and of March
    assert lead(90, found, renewal()).renewals == 0


def test_of_two_scores_that_still_stand_the_newer_counts() -> None:
    """30 days before 1 May is 1 April, which is 31 days after 1 March."""
    found = table(("A", MARCH, 80.0), ("A", APRIL, 10.0))
    (red, _) = lead(30, found, renewal(deadline=date(2025, 5, 1))).bands
    assert red.rate.rows == 1


@pytest.mark.parametrize(
    ("renewal_", "counts"),
    [
        (renewal(), True),
        (renewal(known_on=date(2025, 4, 20)), False),  # on the day itself nobody knew yet
        (renewal(known_on=date(2025, 4, 19)), True),
        (renewal(signed_on=date(2025, 4, 19)), False),  # signed before
        (renewal(signed_on=date(2025, 4, 20)), True),
        (renewal(left_on=date(2025, 4, 19)), False),  # lost before
        (renewal(left_on=date(2025, 4, 20)), True),
        (renewal("B"), False),
    ],
)
def test_what_was_decided_before_is_left_out(renewal_: Due, counts: bool) -> None:
    assert lead(30, table(("A", APRIL, 10.0)), renewal_).renewals == counts


def test_renewals_are_compared_with_those_scored_on_the_same_day() -> None:
    """The same figures pair by pair, and from the rates of all rows."""
    random = np.random.default_rng(5)
    rows, dues = [], []
    for nth in range(60):
        name, month = f"A{nth}", int(random.integers(1, 5))
        left = bool(random.random() < 0.4)
        score = float(np.clip(random.normal(40 if left else 60, 20), 0, 100).round())
        rows.append((name, date(2025, month, 1), np.nan if nth % 9 == 0 else score))
        deadline = date(2025, month, 15) + 30 * DAY
        dues.append(renewal(name, deadline if left else None, deadline=deadline))
    found, every = table(*rows), lead(30, table(*rows), *dues)
    order = [next(at for at, row in enumerate(found.landmarks) if row.account_id == each.account_id) for each in dues]  # fmt: skip
    plain = Rows(found.account[order], found.month[order], np.array([each.left_on is not None for each in dues]))  # fmt: skip
    assert every.renewals == 60
    assert every.auc.value == pytest.approx(direct.within_months(plain, found.score[order]))
    assert (every.unscored, every.left) == (7, int(plain.left.sum()))
    assert every.bands == rates.by_band(plain, found.band[order], BANDS.names)


def test_one_month_stands_for_one_renewal_of_an_account() -> None:
    other = renewal(deadline=DEADLINE + 5 * DAY, left_on=ENDS)
    found = lead(30, table(("A", APRIL, 10.0)), renewal(), other)
    assert (found.renewals, found.left) == (1, 0)
