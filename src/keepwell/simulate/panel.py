"""This file generates a plain table of very many accounts: measures, and who left."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from keepwell.simulate import accounts, expected, history, vendor
from keepwell.simulate.accounts import Accounts, Floats
from keepwell.simulate.history import State
from keepwell.simulate.world import World, to_dates

LANDMARK_WEEKS = 13
# As noisy as a few weeks of real events would make these.
NOISE = {"seats_in_use": 0.06, "features_used": 0.8, "recommendation": 1.3}


def generate(world: World) -> pa.Table:
    """Generate a row for each account and quarter in which it is a customer.

    Columns: `account`, `on`, `segment`; the measures `seats_in_use` (share), `active_days` (of 20),
    `features_used`, `data_exports` (reversed: more before accounts leave), `recommendation` (0 to
    10, null without an answer), `tickets` (in four weeks), `meetings_held` (share), `days_late`,
    `pulse` (0, 50, 100), `newsletter_opens` (pure noise); the ground truth `chance` (to leave
    within a year) and `noticed_on` (null if they stay).
    """
    everyone = accounts.generate(world)
    simulated = history.simulate(world, everyone, keep_every=LANDMARK_WEEKS)
    rng = world.rng("panel")
    parts = [
        _landmark(
            everyone, state, world.first_day + 7 * LANDMARK_WEEKS * nth, simulated.notice_day, rng
        )
        for nth, state in enumerate(simulated.weeks)
    ]
    return pa.concat_tables(parts)


def _landmark(
    everyone: Accounts, state: State, day: int, notice_day: np.ndarray, rng: np.random.Generator
) -> pa.Table:
    at = np.flatnonzero(state.is_there & (notice_day > day))
    habit, grip, regard, worth, means = (
        getattr(state, name)[at] for name in ("habit", "grip", "regard", "worth", "means")
    )

    def noise(measure: str) -> Floats:
        return rng.normal(0, NOISE[measure], len(at))

    usual_use = everyone.by_segment("usual_use")[at]
    seats = np.clip(expected.seats_in_use(habit, usual_use) + noise("seats_in_use"), 0, 1.1)
    answers = np.clip(expected.recommendation(regard) + noise("recommendation"), 0, 10).round()
    impression = expected.impression(regard, habit) + rng.normal(0, 0.4, len(at))
    impression += np.where(everyone.has_optimistic_csm[at], vendor.OPTIMISM, 0.0)
    return pa.table({
        "account": at,
        "on": np.full(len(at), day).astype("datetime64[D]"),
        "segment": np.array([each.name for each in vendor.SEGMENTS])[everyone.segment[at]],
        "seats_in_use": seats,
        "active_days": rng.binomial(20, expected.active_days(habit)),
        "features_used": np.clip(np.round(4 + 2 * np.tanh(worth) + noise("features_used")), 0, 13),
        "data_exports": rng.poisson(0.6 * expected.exports(grip)),
        "recommendation": pa.array(answers, mask=rng.random(len(at)) > 0.6),
        "tickets": rng.poisson(4 * expected.tickets(grip, everyone.seats[at])),
        "meetings_held": rng.binomial(6, expected.meetings_held(regard)) / 6,
        "days_late": np.round(rng.normal(expected.days_late(means), 6)),
        "pulse": 50 * expected.pulse(impression),
        "newsletter_opens": rng.poisson(9.0, len(at)),
        "chance": state.chance[at],
        "noticed_on": to_dates(notice_day[at]),
    })  # fmt: skip
