"""This file writes what accounts say in surveys, tickets and renewals, and the headlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.simulate.words.companies import without_legal_form
from keepwell.simulate.words.phrasing import SLOT, fill, happens, pick, roughen
from keepwell.simulate.words.sources import sentences, sentences_by_keys, word_lists

TOPICS = (
    "", "dispatch", "mobile", "invoicing", "support", "price", "reports", "outage", "onboarding",
)  # fmt: skip
FEATURES = (
    "job board", "dispatch map", "checklists", "portal", "invoicing", "parts stock", "stocktake",
    "reports", "forecast", "data export", "year-end closing", "route optimiser",
    "legacy scheduler", "sign-in", "integration",
)  # fmt: skip
PRIORITIES = ("low", "normal", "high", "urgent")
MOVEMENTS = {
    "renewed": "renewed", "churn": "churn", "downsell": "downsell", "upsell": "more",
    "price": "price",
}  # fmt: skip
REASONS = (
    "price", "product", "champion left", "went to a competitor", "acquired", "closing down",
    "budget", "own tool", "unknown", "growth",
)  # fmt: skip
NEWS = (
    "headcount", "funding", "layoffs", "acquisition", "credit", "site closure", "payment",
    "leadership", "other",
)  # fmt: skip
DIRECTIONS = ("good", "bad", "neutral")
# The tone of a comment by score; an empty one cannot be given.
TONES = {
    "nps": ("bad", "bad", "bad", "bad", "bad", "mid", "mid", "okay", "okay", "good", "good"),
    "csat": ("", "bad", "bad", "mid", "okay", "good"),
}
# What people often write about when they are asked about nothing in particular.
DAILY_WORK = ("dispatch", "mobile", "invoicing")
# With this many sentences on a topic, half of the comments on it use one without a topic.
HALF_OFF_TOPIC = 1.5
LOCAL_LANGUAGES = {
    "DE": ("german", 0.25),
    "FR": ("french", 0.3),
    "ES": ("spanish", 0.3),
    "NL": ("dutch", 0.12),
    "SE": ("swedish", 0.12),
}
SUFFIXED = 0.22  # share of subjects with one of these
SUFFIXES = (
    " - again", " (since {weekday})", " - {few} people affected", " (see photo)",
    " / screenshot attached", ", pls call", " (job {jobnumber})", " - same as last week",
    " (reopened)", ", several users", " - second request", " // {weekday}",
    ", as discussed on the phone", " - see mail from {weekday}", " (old ticket was closed)",
)  # fmt: skip


def survey(kind: str, score: int, topic: str, country: str, rng: np.random.Generator) -> str:
    """Write the comment on a score: `nps` from 0 to 10, or `csat` from 1 to 5."""
    assert topic in TOPICS, f"there is no topic {topic}"
    tone = TONES[kind][score]
    assert tone, f"there is no {kind} of {score}"
    language, share = LOCAL_LANGUAGES.get(country, ("", 0.0))
    is_local = kind == "nps" and happens(share, rng)
    file = f"survey_{language}" if is_local else f"survey_{kind}"
    texts = sentences_by_keys(file)
    if not topic and happens(0.35, rng):
        topic = pick(DAILY_WORK, rng)
    on_topic = texts.get((tone, topic), ()) if topic else ()
    is_on_topic = happens(len(on_topic) / (len(on_topic) + HALF_OFF_TOPIC), rng)
    text = pick(on_topic if is_on_topic else texts[(tone,)], rng)
    if file == "survey_nps" and 12 < len(text) < 60 and happens(0.2, rng):
        stop = "" if text.endswith((".", "?")) else "."
        text = f"{text}{stop} {pick(texts[(f'tail {tone}',)], rng)}"
    return roughen(fill(text, {}, rng), 0.0 if is_local else 0.22, rng)


def ticket(feature: str, priority: str, rng: np.random.Generator) -> str:
    """Write the subject line of a ticket about a feature."""
    assert priority in PRIORITIES, f"there is no priority {priority}"
    texts = sentences_by_keys("tickets")
    if priority == "low" and happens(0.85, rng):
        return roughen(fill(pick(texts[(feature, "low")], rng), {}, rng), 0.2, rng)
    is_pressing = priority == "urgent" or (priority == "high" and happens(0.5, rng))
    text = pick(texts[(feature, "high") if is_pressing else (feature,)], rng)
    can_have_suffix = not (is_pressing or SLOT.search(text) or text.endswith("?"))
    if can_have_suffix and happens(SUFFIXED, rng):
        text += pick(SUFFIXES, rng)
    return roughen(fill(text, {}, rng), 0.15, rng)


def renewal(movement: str, reason: str, rng: np.random.Generator) -> str:
    """Write, in the account's words, how a term ended and why."""
    assert reason in ("", *REASONS), f"there is no reason {reason}"
    texts, key = sentences_by_keys("renewal"), MOVEMENTS[movement]
    choices = texts.get((key, reason)) or texts.get((key, "")) or texts[(key, "unknown")]
    return roughen(fill(pick(choices, rng), {}, rng), 0.1, rng)


def news(kind: str, account: str, rng: np.random.Generator) -> str:
    """Write a headline; the kind may include the direction, as in `headcount bad`."""
    texts = [
        sentence.text
        for sentence in sentences("news")
        if f"{sentence.keys[0]} ".startswith(f"{kind} ")
    ]
    return fill(pick(texts, rng), {"account": without_legal_form(account)}, rng)


@dataclass(frozen=True)
class Outcome:
    """What a company buys for: the usual and the wanted value, in a unit. Lower may be better."""

    name: str
    unit: str
    usual: float
    wanted: float


def outcome(industry: str, rng: np.random.Generator) -> Outcome:
    """Pick an outcome that companies of an industry buy for."""
    outcomes = word_lists("outcomes")
    of_industry = outcomes[industry.replace("-", " ")]
    line = pick(of_industry if happens(0.45, rng) else outcomes["any"], rng)
    name, unit, numbers = line.split(" = ")
    usual, wanted = map(float, numbers.split())
    return Outcome(name, unit, usual, wanted)
