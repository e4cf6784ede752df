"""This file writes what the accounts say themselves: answers to surveys, tickets, words at renewal, and what the press says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.simulate.words.companies import short
from keepwell.simulate.words.draw import SLOT, chance, filled, hurried, one
from keepwell.simulate.words.sources import grouped, listed, sentences

TOPICS = (
    "",
    "dispatch",
    "mobile",
    "invoicing",
    "support",
    "price",
    "reports",
    "outage",
    "onboarding",
)
FEATURES = (
    "job board", "dispatch map", "checklists", "portal", "invoicing", "parts stock", "stocktake", "reports",
    "forecast", "data export", "year-end closing", "route optimiser", "legacy scheduler", "sign-in", "integration",
)  # fmt: skip
PRIORITIES = ("low", "normal", "high", "urgent")
MOVEMENTS = {
    "renewed": "renewed", "churn": "churn", "downsell": "downsell", "upsell": "more", "price": "price",
}  # fmt: skip
REASONS = (
    "price", "product", "champion left", "went to a competitor", "acquired", "closing down", "budget", "own tool",
    "unknown", "growth",
)  # fmt: skip
NEWS = (
    "headcount", "funding", "layoffs", "acquisition", "credit", "site closure", "payment", "leadership", "other",
)  # fmt: skip
DIRECTIONS = ("good", "bad", "neutral")
BANDS = {
    "nps": ("bad", "bad", "bad", "bad", "bad", "mid", "mid", "okay", "okay", "good", "good"),
    "csat": ("", "bad", "bad", "mid", "okay", "good"),
}
# Who is asked about nothing in particular often speaks of the daily work all the same.
DAILY_WORK = ("dispatch", "mobile", "invoicing")
# The fewer sentences there are on a topic, the more often one without a topic is taken: half of the time at so many.
FEW = 1.5
OWN_LANGUAGE = {
    "DE": ("german", 0.25),
    "FR": ("french", 0.3),
    "ES": ("spanish", 0.3),
    "NL": ("dutch", 0.12),
    "SE": ("swedish", 0.12),
}
# What is put after a subject line, in this share of cases.
MARKED = 0.22
MARKS = (
    " - again", " (since {weekday})", " - {few} people affected", " (see photo)", " / screenshot attached", ", pls call",
    " (job {jobnumber})", " - same as last week", " (reopened)", ", several users", " - second request", " // {weekday}",
    ", as discussed on the phone", " - see mail from {weekday}", " (old ticket was closed)",
)  # fmt: skip


def survey(kind: str, score: int, topic: str, country: str, dice: np.random.Generator) -> str:
    """Comment on a score: `nps` from 0 to 10 on all of it, `csat` from 1 to 5 on a ticket."""
    assert topic in TOPICS, f"there is no topic {topic}"
    band = BANDS[kind][score]
    assert band, f"there is no {kind} of {score}"
    language, share = OWN_LANGUAGE.get(country, ("", 0.0))
    in_own_language = kind == "nps" and chance(share, dice)
    file = f"survey_{language}" if in_own_language else f"survey_{kind}"
    if not topic and chance(0.35, dice):
        topic = one(DAILY_WORK, dice)
    texts = grouped(file).get((band, topic), ()) if topic else ()
    is_on_topic = chance(len(texts) / (len(texts) + FEW), dice)
    text = one(texts if is_on_topic else grouped(file)[(band,)], dice)
    if file == "survey_nps" and 12 < len(text) < 60 and chance(0.2, dice):
        stop = "" if text.endswith((".", "?")) else "."
        text = f"{text}{stop} {one(grouped(file)[(f'tail {band}',)], dice)}"
    return hurried(filled(text, {}, dice), 0.0 if in_own_language else 0.22, dice)


def ticket(feature: str, priority: str, dice: np.random.Generator) -> str:
    """Write the subject line of a ticket about a feature."""
    assert priority in PRIORITIES, f"there is no priority {priority}"
    groups, usual = grouped("tickets"), grouped("tickets")[(feature,)]
    if priority == "low" and chance(0.85, dice):
        return hurried(filled(one(groups[(feature, "low")], dice), {}, dice), 0.2, dice)
    is_pressing = priority == "urgent" or (priority == "high" and chance(0.5, dice))
    text = one(groups[(feature, "high")] if is_pressing else usual, dice)
    if (
        not is_pressing
        and not SLOT.search(text)
        and not text.endswith("?")
        and chance(MARKED, dice)
    ):
        text += one(MARKS, dice)
    return hurried(filled(text, {}, dice), 0.15, dice)


def renewal(movement: str, reason: str, dice: np.random.Generator) -> str:
    """Say in the customer's words how a term ended, and why."""
    assert reason in ("", *REASONS), f"there is no reason {reason}"
    groups, way = grouped("renewal"), MOVEMENTS[movement]
    texts = groups.get((way, reason)) or groups.get((way, "")) or groups[(way, "unknown")]
    return hurried(filled(one(texts, dice), {}, dice), 0.1, dice)


def news(kind: str, account: str, dice: np.random.Generator) -> str:
    """Report on an account; a kind may be told with its direction: `headcount bad`."""
    texts = [
        sentence.text
        for sentence in sentences("news")
        if f"{sentence.keys[0]} ".startswith(f"{kind} ")
    ]
    return filled(one(texts, dice), {"account": short(account)}, dice)


@dataclass(frozen=True)
class Outcome:
    """What a company buys for: where such companies usually stand in its unit, and where they want to be, which may be lower."""

    name: str
    unit: str
    usual: float
    wanted: float


def outcome(industry: str, dice: np.random.Generator) -> Outcome:
    """Draw an outcome that companies of an industry buy for."""
    outcomes = listed("outcomes")
    of_the_trade = outcomes[industry.replace("-", " ")]
    name, unit, numbers = one(of_the_trade if chance(0.45, dice) else outcomes["any"], dice).split(
        " = "
    )
    usual, wanted = map(float, numbers.split())
    return Outcome(name, unit, usual, wanted)
