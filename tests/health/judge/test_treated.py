"""This file holds accounts at risk apart by whether somebody worked on them: who was saved is no false alarm, and who was left alone tells what the score knew."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from keepwell.health.judge import bands, rates, treated
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.circumstances import Circumstances
from keepwell.health.judge.judgement import BandNames, Scored
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import HEADLINE, Landmark, Landmarks
from keepwell.health.judge.spells import Spell

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
DAY = timedelta(days=1)
BANDS = BandNames(("Red", "Amber", "Green"), frozenset({0}), frozenset({2}), (0.0, 30.0, 60.0))
RED, AMBER, GREEN = 10.0, 40.0, 80.0


def row(
    name: str, on: date = JAN, left_on: date | None = None, decides_on: date | None = FEB
) -> Landmark:
    return Landmark(name, on, left_on, decides_on, 100.0)


def scored(scores: list[float], **points: list[float]) -> Scored:
    band = [-1 if np.isnan(each) else 0 if each < 30 else 1 if each < 60 else 2 for each in scores]
    measures = {path: np.array(own) for path, own in points.items()}
    return Scored(np.array(scores), np.array(band), BANDS, measures, [""] * len(scores))


def play(name: str, begins: date = JAN, ended: date | None = None, kind: str = "call") -> Spell:
    return Spell(name, begins, ended, begins, kind)


def table(*rows: tuple[Landmark, float]) -> Table:
    return Table([each for each, _ in rows], scored([score for _, score in rows]))


@pytest.mark.parametrize(
    ("begins", "ended", "left_on", "is_treated"),
    [
        (JAN, None, None, True),
        (JAN - 90 * DAY, JAN, None, False),  # over the day before
        (JAN - 90 * DAY, JAN + DAY, None, True),  # still running
        (JAN + 89 * DAY, None, None, True),
        (JAN + 90 * DAY, None, None, False),  # after the 90 days
        (FEB, None, FEB, False),  # begun when they had said that they leave
        (FEB - DAY, None, FEB, True),
    ],
)
def test_a_play_counts_between_the_score_and_what_came_of_it(
    begins: date, ended: date | None, left_on: date | None, is_treated: bool
) -> None:
    found = table((row("A", left_on=left_on), RED))
    assert treated.flags(found, [play("A", begins, ended), play("B")]).tolist() == [is_treated]


def test_who_was_saved_is_no_false_alarm_and_who_was_left_alone_is() -> None:
    found = table(
        (row("left alone, left", left_on=FEB), RED),
        (row("left alone, stayed"), RED),
        (row("left alone, stayed", FEB), RED),  # the same call
        (row("worked on, left", left_on=FEB), RED),
        (row("worked on, renewed"), RED),
        (row("worked on, not due", decides_on=None), RED),
        (row("worked on, Green"), GREEN),
        (row("Green"), GREEN),
    )
    plays = [play(each.account_id) for each in found.landmarks if "worked" in each.account_id]
    is_treated = treated.flags(found, plays)
    apart = treated.apart(found, plays, is_treated)
    assert (apart.accounts, apart.treated_accounts) == (5, 3)
    assert (apart.treated_calls, apart.treated_left, apart.rescued) == (3, 1, 1)
    assert (apart.untreated_calls, apart.untreated_left) == (2, 1)
    assert apart.treated.value == pytest.approx(1 / 3)
    assert apart.untreated.value == pytest.approx(1 / 3)  # of rows
    assert (apart.untreated.low, apart.untreated.high) == (
        rates.leaving(found.rows(HEADLINE).only(np.arange(8) < 3)).low,
        rates.leaving(found.rows(HEADLINE).only(np.arange(8) < 3)).high,
    )
    assert apart.difference.value == pytest.approx(0.0)
    assert apart.plays == (("call", 3),)
    (alarm,) = treated.false_alarms(found, is_treated)
    assert (alarm.account_id, alarm.first_on, alarm.last_on) == ("left alone, stayed", JAN, FEB)


def test_a_call_is_treated_if_any_of_its_months_is() -> None:
    """Red in January and February, worked on at the end of April only: within the 90 days of February."""
    found = table((row("A"), RED), (row("A", FEB, decides_on=MAR), RED), (row("A", MAR), AMBER))
    is_treated = treated.flags(found, [play("A", date(2026, 4, 20))])
    assert is_treated.tolist() == [False, True, True]
    assert treated.apart(found, [play("A", date(2026, 4, 20))], is_treated).rescued == 1
    assert not list(treated.false_alarms(found, is_treated))


def test_calls_are_counted_the_same_wherever_they_are_counted() -> None:
    """The alarms count with arrays, the two kinds row by row: on random companies they agree."""
    random = np.random.default_rng(3)
    for _ in range(40):
        rows, scores, plays = [], [], []
        for account in range(random.integers(1, 8)):
            name, leaves = f"A{account}", random.integers(1, 12)
            for month in range(1, 7):
                if month > leaves or random.random() < 0.2:
                    continue
                on = date(2026, month, 1)
                left_on = date(2026, leaves, 15) if leaves < 8 else None
                decides_on = on + 20 * DAY if random.random() < 0.5 else None
                rows.append(row(name, on, left_on, decides_on))
                scores.append(float(random.choice([RED, RED, AMBER, GREEN])))
            if random.random() < 0.5:
                plays.append(play(name, date(2026, int(random.integers(1, 7)), 10), date(2026, 8, 1)))  # fmt: skip
        if not rows:
            continue
        found = Table(rows, scored(scores))
        is_treated = treated.flags(found, plays)
        apart = treated.apart(found, plays, is_treated)
        at_risk = found.is_in(BANDS.at_risk)
        alarms = bands.alarms(
            found.rows(HEADLINE), found.band, BANDS.names, at_risk, is_treated, found.decides(HEADLINE)
        )  # fmt: skip
        assert alarms.calls == apart.treated_calls + apart.untreated_calls
        assert alarms.rescued == apart.rescued
        assert alarms.false_calls == apart.untreated_calls - apart.untreated_left
        assert alarms.false_calls == len(list(treated.false_alarms(found, is_treated)))
        assert alarms.treated_undecided == apart.treated_calls - apart.treated_left - apart.rescued


def judged(*rows: tuple[Landmark, float], points: list[float], **around: object):  # type: ignore[no-untyped-def]
    landmarks = Landmarks(tuple(each for each, _ in rows), (JAN,), 0)
    card = scored([score for _, score in rows], **{"usage.seats": points, "pulse": [np.nan] * len(rows)})  # fmt: skip
    return judge(landmarks, card, date(2027, 1, 1), seed=1, draws=2, circumstances=Circumstances(**around))  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("risk", "is_blindsided"),
    [
        (Spell("A", JAN - DAY, None, JAN - DAY, "champion left"), False),
        (Spell("A", JAN - DAY, JAN, JAN - DAY), False),  # closed on that day
        (Spell("A", JAN - 9 * DAY, JAN - DAY, JAN - 9 * DAY), True),  # closed before
        (Spell("A", JAN, None, JAN), True),  # opened on that day: not known in the morning
        (Spell("A", JAN - 9 * DAY, None, FEB), True),  # written down later
        (Spell("B", JAN - DAY, None, JAN - DAY), True),
    ],
)
def test_an_open_risk_was_no_surprise(risk: Spell, is_blindsided: bool) -> None:
    found = judged((row("A", left_on=FEB), GREEN), points=[80.0], risks=(risk,))
    (loss,) = found.losses
    assert loss.is_blindsided == is_blindsided
    assert loss.open_risks == (() if is_blindsided else (risk.kind,))
    assert found.has_risks
    assert judged((row("A", left_on=FEB), GREEN), points=[80.0]).losses[0].is_blindsided


@pytest.mark.parametrize(("points", "told"), [(29.9, ("usage.seats",)), (30.0, ()), (np.nan, ())])
def test_what_would_have_told_is_a_measure_that_was_known_and_at_risk_by_itself(
    points: float, told: tuple[str, ...]
) -> None:
    (loss,) = judged((row("A", left_on=FEB), GREEN), points=[points]).losses
    assert loss.told == told
    assert [path for path, _ in loss.measures] == ([] if np.isnan(points) else ["usage.seats"])


def test_a_score_that_is_mostly_acted_on_is_told_so() -> None:
    rows = [(row(name), RED) for name in "ABC"]
    for worked_on, is_warned in (("AB", True), ("A", False)):
        plays = tuple(play(name) for name in worked_on)
        found = judged(*rows, points=[1.0] * 3, treatments=plays)
        assert ("mostly_treated" in [each.code for each in found.warnings]) == is_warned
        assert found.treated is not None
        assert len(found.false_alarms) == 3 - len(worked_on)
    assert judged(*rows, points=[1.0] * 3).treated is None
