"""This file says what shows of how an account is: the same in single events and in plain tables, for one account or for all."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

# One number, or an array of one for each account: as it goes in it comes out.
Number: TypeAlias = Any

MOODS = ("red", "amber", "green")
MOODS_ABOVE = (-0.95, -0.15)


def seats_in_use(habit: Number, usual: Number) -> Number:
    """The share of the seats that is in use, where `usual` is so in their segment: up to twice as much."""
    return 2 * usual / (1 + np.exp(-1.25 * habit))


def active_days(habit: Number) -> Number:
    """The share of its workdays on which a user comes."""
    return 0.30 + 0.45 / (1 + np.exp(-habit))


def exports(grip: Number) -> Number:
    """How often they export their data, where 1 is usual: they take it home before they go."""
    return np.exp(-grip)


def recommendation(regard: Number) -> Number:
    """From 0 to 10, before it is rounded and cut."""
    return 8.0 + 1.5 * regard


def tickets(grip: Number, seats: Number) -> Number:
    """How many they open in a week."""
    return 0.045 * seats**0.6 * np.exp(-0.35 * grip)


def meetings_held(regard: Number) -> Number:
    """The share of planned meetings that take place."""
    return 1 / (1 + np.exp(-(1.9 + 0.9 * regard)))


def days_late(means: Number) -> Number:
    """How many days after an invoice is due it is paid; below 0 before."""
    return -3 - 5 * means


def impression(regard: Number, habit: Number) -> Number:
    """What a sober CSM sees of them, in spreads."""
    return 0.7 * regard + 0.3 * habit


def mood(impression: Number) -> Number:
    """What a CSM calls such an impression: a place in `MOODS`."""
    return np.digitize(impression, MOODS_ABOVE, right=True)
