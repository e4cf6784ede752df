"""This file writes the CSMs' notes on pulses, meetings and handovers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from keepwell.simulate.words.companies import without_legal_form
from keepwell.simulate.words.phrasing import NAMES, SLOT, fill, fillable, happens, pick, roughen
from keepwell.simulate.words.sources import sentences_by_keys

PULSES = ("green", "amber", "red")
REASONS = (
    "", "champion left", "no sponsor", "low use", "support", "price", "own trouble", "acquired",
    "growing", "onboarding stalled", "seasonal", "outage",
)  # fmt: skip
MEETINGS = (
    "kickoff", "training", "cadence call", "executive business review", "renewal talk",
    "escalation", "on-site visit", "go-live", "handover",
)  # fmt: skip
HURRIED = 0.09
# Share of short notes that add a next step, and the length up to which a note is short.
NEXT_STEP, SHORT_NOTE = 0.4, 80


def pulse(color: str, reason: str, names: Mapping[str, str], rng: np.random.Generator) -> str:
    """Write the note on a pulse.

    `names` may have `champion`, `sponsor` and `csm` (first names), `account`, `industry` and
    `season`; the note mentions nobody who is left out. For the reason `champion left`, `champion`
    is the one who did. A seasonal note is about the busy weeks if `season` is `peak`, else about
    the quiet ones.
    """
    assert color in PULSES, f"there is no pulse {color}"
    assert reason in REASONS, f"there is no reason {reason}"
    known, sentences = _people_and_account(names), sentences_by_keys(f"pulse_{color}")
    key = reason
    if reason == "seasonal" and names.get("season") == "peak" and ("seasonal peak",) in sentences:
        key = "seasonal peak"
    industry = names.get("industry", "").replace("-", " ")
    texts = [*sentences[(key,)], *sentences.get((f"{key}@{industry}",), ())]
    text = pick(fillable(texts, known), rng)
    if len(text) < SHORT_NOTE and happens(NEXT_STEP, rng):
        steps = sentences_by_keys("pulse_next")
        is_calm = color == "green" and reason in ("", "growing")
        choices = [*steps[(color,)], *(steps[("green calm",)] if is_calm else ())]
        # A step must not repeat a person or a day that the note has mentioned.
        slots = set(SLOT.findall(text))
        choices = [each for each in fillable(choices, known) if not slots & set(SLOT.findall(each))]
        stop = "" if text.endswith((".", "?", '"')) else "."
        text = f"{text}{stop} {pick(choices, rng)}"
    return roughen(fill(text, known, rng), HURRIED, rng, names=known.values())


def meeting(kind: str, rng: np.random.Generator) -> str:
    """Write the note on a meeting."""
    return roughen(fill(pick(sentences_by_keys("meeting")[(kind,)], rng), {}, rng), HURRIED, rng)


def handover(names: Mapping[str, str], rng: np.random.Generator) -> str:
    """Write the note on taking an account over; `csm` is the colleague who had it before."""
    known = _people_and_account(names)
    text = pick(fillable(sentences_by_keys("handover")[("",)], known), rng)
    return roughen(fill(text, known, rng), HURRIED, rng, names=known.values())


def _people_and_account(names: Mapping[str, str]) -> dict[str, str]:
    known = {slot: name for slot, name in names.items() if slot in NAMES and name}
    if "account" in known:
        known["account"] = without_legal_form(known["account"])
    return known
