"""This file writes what those who look after the accounts note down: pulses, meetings, handovers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from keepwell.simulate.words.companies import short
from keepwell.simulate.words.draw import NAMES, SLOT, chance, fillable, filled, hurried, one
from keepwell.simulate.words.sources import grouped

MOODS = ("green", "amber", "red")
REASONS = (
    "", "champion left", "no sponsor", "low use", "support", "price", "own trouble", "acquired", "growing",
    "onboarding stalled", "seasonal", "outage",
)  # fmt: skip
MEETINGS = (
    "kickoff", "training", "cadence call", "executive business review", "renewal talk", "escalation", "on-site visit",
    "go-live", "handover",
)  # fmt: skip
IN_A_HURRY = 0.09
# A short note is followed by a next step in this share of cases.
AND_THEN, SHORT_ENOUGH = 0.4, 80


def pulse(mood: str, reason: str, names: Mapping[str, str], dice: np.random.Generator) -> str:
    """Note how an account stands, and why.

    `names` may tell `champion`, `sponsor` and `csm` (first names), `account` and `industry`; who is not named is not
    written of. Where the champion left, `champion` is the one who did. With `season` as `peak`, a seasonal note speaks of
    the busy weeks, else of the quiet ones.
    """
    assert mood in MOODS, f"there is no mood {mood}"
    assert reason in REASONS, f"there is no reason {reason}"
    known, groups = _spoken(names), grouped(f"pulse_{mood}")
    text = one(fillable(_said_of(groups, reason, names), known), dice)
    if len(text) < SHORT_ENOUGH and chance(AND_THEN, dice):
        steps = grouped("pulse_next")
        calm = steps[("green calm",)] if mood == "green" and reason in ("", "growing") else ()
        text = _followed(text, fillable([*steps[(mood,)], *calm], known), dice)
    return hurried(filled(text, known, dice), IN_A_HURRY, dice, kept=known.values())


def meeting(kind: str, dice: np.random.Generator) -> str:
    """Note what came of a meeting of a kind."""
    return hurried(filled(one(grouped("meeting")[(kind,)], dice), {}, dice), IN_A_HURRY, dice)


def handover(names: Mapping[str, str], dice: np.random.Generator) -> str:
    """Note that an account was taken over; `csm` is the colleague who had it before."""
    known = _spoken(names)
    text = one(fillable(grouped("handover")[("",)], known), dice)
    return hurried(filled(text, known, dice), IN_A_HURRY, dice, kept=known.values())


def _spoken(names: Mapping[str, str]) -> dict[str, str]:
    known = {slot: name for slot, name in names.items() if slot in NAMES and name}
    return known | {"account": short(known["account"])} if "account" in known else known


def _said_of(
    groups: Mapping[tuple[str, ...], tuple[str, ...]], reason: str, names: Mapping[str, str]
) -> list[str]:
    """Gather what can be said for a reason, with what is said of one industry alone."""
    is_peak = (
        reason == "seasonal" and names.get("season") == "peak" and ("seasonal peak",) in groups
    )
    reason = "seasonal peak" if is_peak else reason
    industry = names.get("industry", "").replace("-", " ")
    return [*groups[(reason,)], *groups.get((f"{reason}@{industry}",), ())]


def _followed(text: str, nexts: Sequence[str], dice: np.random.Generator) -> str:
    """Add a next step that speaks of nobody and no day that the note has spoken of already."""
    slots = set(SLOT.findall(text))
    fitting = [step for step in nexts if not slots & set(SLOT.findall(step))]
    stop = "" if text.endswith((".", "?", '"')) else "."
    return f"{text}{stop} {one(fitting, dice)}"
