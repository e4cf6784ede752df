"""This file gives plain tables of very many accounts at once: what measures would say on a day, and what became of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from keepwell.simulate import accounts as drawing
from keepwell.simulate import life, shown, vendor
from keepwell.simulate.accounts import Accounts, Floats
from keepwell.simulate.life import State
from keepwell.simulate.world import World, days

LANDMARK_WEEKS = 13
# Each of these is blurred by as much as a few weeks of real events would blur it.
BLUR = {"seats_in_use": 0.06, "features_used": 0.8, "recommendation": 1.3}


def drawn(world: World) -> pa.Table:
    """A row for each account and quarter in which it is there.

    Columns: `account`, `on`, `segment`; the measures `seats_in_use` (share), `active_days` (of 20), `features_used`,
    `data_exports` (reversed: more before they go), `recommendation` (0..10; missing for those who did not answer),
    `tickets` (of four weeks), `meetings_held` (share), `days_late`, `pulse` (0, 50, 100), `newsletter_opens` (says nothing); the truth
    `chance` (to leave within a year, as things stand) and `noticed_on` (missing while they stay).
    """
    accounts = drawing.drawn(world)
    lived = life.lived(world, accounts, every=LANDMARK_WEEKS)
    dice = world.dice("panel")
    parts = [
        _landmark(accounts, state, world.first_day + 7 * LANDMARK_WEEKS * nth, lived.noticed, dice)
        for nth, state in enumerate(lived.weeks)
    ]
    return pa.concat_tables(parts)


def _landmark(
    accounts: Accounts, state: State, day: int, noticed: np.ndarray, dice: np.random.Generator
) -> pa.Table:
    who = np.flatnonzero(state.is_there & (noticed > day))
    habit, grip, regard, worth, means = (
        getattr(state, name)[who] for name in ("habit", "grip", "regard", "worth", "means")
    )
    use = accounts.of_segment("use")[who]
    seats = np.clip(shown.seats_in_use(habit, use) + _blur("seats_in_use", who, dice), 0, 1.1)
    answers = np.clip(
        shown.recommendation(regard) + _blur("recommendation", who, dice), 0, 10
    ).round()
    seen = shown.impression(regard, habit) + dice.normal(0, 0.4, len(who))
    seen += np.where(accounts.has_optimist[who], vendor.OPTIMISM, 0.0)
    return pa.table({
        "account": who,
        "on": np.full(len(who), day).astype("datetime64[D]"),
        "segment": np.array([each.name for each in vendor.SEGMENTS])[accounts.segment[who]],
        "seats_in_use": seats,
        "active_days": dice.binomial(20, shown.active_days(habit)),
        "features_used": np.clip(np.round(4 + 2 * np.tanh(worth) + _blur("features_used", who, dice)), 0, 13),
        "data_exports": dice.poisson(0.6 * shown.exports(grip)),
        "recommendation": pa.array(answers, mask=dice.random(len(who)) > 0.6),
        "tickets": dice.poisson(4 * shown.tickets(grip, accounts.seats[who])),
        "meetings_held": dice.binomial(6, shown.meetings_held(regard)) / 6,
        "days_late": np.round(dice.normal(shown.days_late(means), 6)),
        "pulse": 50 * shown.mood(seen),
        "newsletter_opens": dice.poisson(9.0, len(who)),
        "chance": state.chance[who],
        "noticed_on": days(noticed[who]),
    })  # fmt: skip


def _blur(measure: str, who: np.ndarray, dice: np.random.Generator) -> Floats:
    return dice.normal(0, BLUR[measure], len(who))
