"""This file checks a card against what is known around it: its data, its feeds, its runs and its own calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from keepwell.errors import Fault
from keepwell.health.definition.checks.card import Card, percent
from keepwell.health.definition.checks.evidence import Evidence, Measured
from keepwell.health.definition.measure import REASONS
from keepwell.health.definition.scorecard import Definition, Leaf

USUAL_REVIEW_DAYS = 182  # "review the model every six months or so": more often is tuning
LONGEST_BETWEEN_RUNS_DAYS = 31
RUNS_LOOKED_AT = 6
MOST_WITHOUT_SCORE = 0.1
FEW = 0.2
NEARLY_ALL = 0.9
ENOUGH_TO_COMPARE = 10
WAYS_OUT = {
    "not_covered": "Import what fills it, or take it out until you can.",
    "no_rows": "Look at its `where` and its window.",
    "too_young": "Wait, or let it speak earlier by `least_tenure`.",
    "undefined": "Look at what it is divided by.",
    "no_target": "Fill the accounts' own targets, or take a scale without.",
    "few_peers": "Take peers from all accounts, or another scale.",
    "no_match": "Put the words that there are on its list.",
}


def check(card: Card, evidence: Evidence) -> Iterator[Fault]:
    """Compare a card with its surroundings."""
    yield from _measures(card, evidence)
    yield from _feeds(card, evidence)
    if evidence.without_score > MOST_WITHOUT_SCORE * evidence.accounts:
        what = f"leaves {evidence.without_score} of {evidence.accounts} accounts without a score on {evidence.as_of}"
        way_out = "Ask for less, or add a measure that covers them."
        yield card.advise(
            "C613",
            "",
            "least_coverage",
            what,
            f"{percent(card.definition.least_coverage)}",
            way_out,
        )
    if seldom := _seldom(evidence.scored_on):
        yield card.advise(
            "C626",
            "",
            "health",
            seldom,
            "",
            "Run `keepwell score` every week, at least every month.",
        )
    if changed := changed_too_soon(card.definition, evidence.published_on):
        way_out = "Leave it alone, watch it by `weight: 0`, and change it at its review; or set `review_every`."
        yield card.advise("C741", "", "review_every", changed, "", way_out)


def changed_too_soon(definition: Definition, published_on: Sequence[date]) -> str:
    """Say that the newest version came before the card's own calendar allows; nothing where it did not.

    `published_on` are the days of all versions, rising, the one that is about to be published among them.
    """
    if len(published_on) < 2:
        return ""
    calendar, days = (
        definition.review_every_days or USUAL_REVIEW_DAYS,
        (published_on[-1] - published_on[-2]).days,
    )
    if days >= calendar:
        return ""
    return f"is {calendar} days, and version {len(published_on)} comes {days} days after the one before"


def _measures(card: Card, evidence: Evidence) -> Iterator[Fault]:
    for path, leaf in card.leaves.items():
        seen = evidence.measured.get(path)
        if seen and seen.accounts:
            yield from _measure(card, path, leaf, seen)


def _measure(card: Card, path: str, leaf: Leaf, seen: Measured) -> Iterator[Fault]:
    why = f"; most often {REASONS[seen.reason]}" if seen.reason in REASONS else ""
    way_out = WAYS_OUT.get(seen.reason, "Look at what it asks for.")
    if not seen.known:
        yield card.advise(
            "C801", path, "", f"has no value for any of {seen.accounts} accounts{why}", "", way_out
        )
    elif seen.known < FEW * seen.accounts:
        what = f"is known for {seen.known} of {seen.accounts} accounts{why}"
        yield card.advise("C802", path, "", what, "", way_out)
    if seen.known < ENOUGH_TO_COMPARE:
        return
    if seen.only_value:
        what = f"is the same for all {seen.known} accounts that have a value:"
        yield card.advise(
            "C803",
            path,
            "",
            what,
            seen.only_value,
            "What never varies tells nothing; look at `take`.",
        )
        return
    for count, points in ((seen.at_worst, 0), (seen.at_best, 100)):
        if count >= NEARLY_ALL * seen.known:
            what = f"gives {points} points to {count} of {seen.known} accounts: it tells hardly anybody apart"
            yield card.advise(
                "C804", path, "points", what, "", "Move worst and best to where your accounts are."
            )


def _feeds(card: Card, evidence: Evidence) -> Iterator[Fault]:
    for path, leaf in card.weighted.items():
        measure = leaf.measure
        slowest = max(
            (feed for feed in evidence.feeds if measure.table in feed.tables),
            key=lambda feed: feed.expected_every_days,
            default=None,
        )
        days = measure.window.days
        if (
            slowest
            and days
            and card.tables[measure.table].time == "event"
            and days < slowest.expected_every_days
        ):
            what = f"looks back {days} days, and the feed {slowest.name} brings something every {slowest.expected_every_days}"
            yield card.advise(
                "C625",
                path,
                "window",
                what,
                "",
                f"Take {slowest.expected_every_days} days or more.",
            )


def _seldom(scored_on: Sequence[date]) -> str:
    dates = sorted(set(scored_on))[-RUNS_LOOKED_AT:]
    between = [(later - earlier).days for earlier, later in pairwise(dates)]
    usual = median(between) if between else 0
    return (
        f"is scored every {usual:.0f} days: what goes wrong in between is seen late"
        if usual > LONGEST_BETWEEN_RUNS_DAYS
        else ""
    )
