"""This file turns hidden states into the values to expect from them, before noise."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

# A number, or an array with one for each account; the result has the same shape.
Number: TypeAlias = Any

PULSES = ("red", "amber", "green")
PULSE_THRESHOLDS = (-0.95, -0.15)


def seats_in_use(habit: Number, usual: Number) -> Number:
    """Return the share of seats in use; `usual` is the segment's, and twice that is the most."""
    return 2 * usual / (1 + np.exp(-1.25 * habit))


def active_days(habit: Number) -> Number:
    """Return the share of working days on which a user signs in."""
    return 0.30 + 0.45 / (1 + np.exp(-habit))


def exports(grip: Number) -> Number:
    """Return how often data is exported (usual: 1): accounts take it home before they leave."""
    return np.exp(-grip)


def recommendation(regard: Number) -> Number:
    """Return the answer to the NPS question, before it is rounded and limited to 0 to 10."""
    return 8.0 + 1.5 * regard


def tickets(grip: Number, seats: Number) -> Number:
    """Return the tickets opened in a week."""
    return 0.045 * seats**0.6 * np.exp(-0.35 * grip)


def meetings_held(regard: Number) -> Number:
    """Return the share of planned meetings that take place."""
    return 1 / (1 + np.exp(-(1.9 + 0.9 * regard)))


def days_late(means: Number) -> Number:
    """Return the days from an invoice's due date to its payment; negative is early."""
    return -3 - 5 * means


def impression(regard: Number, habit: Number) -> Number:
    """Return how good an account looks to an unbiased CSM, in standard deviations."""
    return 0.7 * regard + 0.3 * habit


def pulse(impression: Number) -> Number:
    """Return the pulse that a CSM gives for an impression, as an index into PULSES."""
    return np.digitize(impression, PULSE_THRESHOLDS, right=True)
