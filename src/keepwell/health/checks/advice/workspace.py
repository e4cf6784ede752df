"""This file checks a card against its surroundings: its data, its feeds, its runs and its own
review interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from keepwell.errors import Fault
from keepwell.health.checks.card import Card, percent
from keepwell.health.checks.evidence import Evidence, Measured
from keepwell.health.definition.measure import REASONS
from keepwell.health.definition.scorecard import Definition, Leaf

USUAL_REVIEW_DAYS = 182  # "review the model every six months or so": more often is tuning
LONGEST_BETWEEN_RUNS_DAYS = 31
RUNS_CHECKED = 6
MOST_WITHOUT_SCORE = 0.1
FEW = 0.2
NEARLY_ALL = 0.9
ENOUGH_TO_COMPARE = 10
WAYS_OUT = {
    "not_covered": "Import the data, or remove the measure until you can.",
    "no_rows": "Check its `where` and its window.",
    "never_seen": "Correct the words in its `where`, or import what has them.",
    "too_young": "Wait, or lower its `least_tenure`.",
    "undefined": "Check what it is divided by.",
    "no_target": "Fill in the accounts' targets, or use a scale without them.",
    "few_peers": "Compare with all accounts, or use another scale.",
    "no_match": "Add the values in use to its lookup.",
}


def check(card: Card, evidence: Evidence) -> Iterator[Fault]:
    """Compare a card with its surroundings."""
    yield from _measures(card, evidence)
    yield from _feeds(card, evidence)
    if evidence.without_score > MOST_WITHOUT_SCORE * evidence.accounts:
        what = f"leaves {evidence.without_score} of {evidence.accounts} accounts without a score on {evidence.as_of}"
        way_out = "Require less, or add a measure that covers them."
        yield card.advise(
            "C613",
            "",
            "least_coverage",
            what,
            f"{percent(card.definition.least_coverage)}",
            way_out,
        )
    if rarely := _rarely_scored(evidence.scored_on):
        yield card.advise(
            "C626",
            "",
            "health",
            rarely,
            "",
            "Run `keepwell score` every week, or at least every month.",
        )
    if changed := changed_too_soon(card.definition, evidence.published_on):
        way_out = (
            "Wait for the review and watch candidates with `weight: 0`, or set `review_every`."
        )
        yield card.advise("C741", "", "review_every", changed, "", way_out)


def changed_too_soon(definition: Definition, published_on: Sequence[date]) -> str:
    """Say that the newest version comes before the card's review is due; empty if it does not.

    `published_on` are the days of all versions in order, including the one about to be published.
    """
    if len(published_on) < 2:
        return ""
    calendar, days = (
        definition.review_every_days or USUAL_REVIEW_DAYS,
        (published_on[-1] - published_on[-2]).days,
    )
    if days >= calendar:
        return ""
    return f"is {calendar} days, but version {len(published_on)} comes {days} days after the previous one"


def _measures(card: Card, evidence: Evidence) -> Iterator[Fault]:
    for path, leaf in card.leaves.items():
        seen = evidence.measured.get(path)
        if seen and seen.accounts:
            yield from _measure(card, path, leaf, seen)


def _measure(card: Card, path: str, leaf: Leaf, seen: Measured) -> Iterator[Fault]:
    why = f" (most common reason: {REASONS[seen.reason]})" if seen.reason in REASONS else ""
    way_out = WAYS_OUT.get(seen.reason, "Check what it reads.")
    if not seen.known:
        yield card.advise(
            "C801", path, "", f"has no value for any of {seen.accounts} accounts{why}", "", way_out
        )
    elif seen.known < FEW * seen.accounts:
        what = f"has a value for only {seen.known} of {seen.accounts} accounts{why}"
        yield card.advise("C802", path, "", what, "", way_out)
    if seen.known < ENOUGH_TO_COMPARE:
        return
    if seen.only_value:
        what = f"has the same value for all {seen.known} accounts that have one:"
        yield card.advise(
            "C803",
            path,
            "",
            what,
            seen.only_value,
            "It cannot set accounts apart; check `take` and `where`.",
        )
        return
    for count, points in ((seen.at_worst, 0), (seen.at_best, 100)):
        if count >= NEARLY_ALL * seen.known:
            what = f"gives {points} points to {count} of {seen.known} accounts, so it hardly sets any apart"
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
            what = f"looks back {days} days, but feed {slowest.name} delivers only every {slowest.expected_every_days}"
            yield card.advise(
                "C625",
                path,
                "window",
                what,
                "",
                f"Use {slowest.expected_every_days} days or more.",
            )


def _rarely_scored(scored_on: Sequence[date]) -> str:
    dates = sorted(set(scored_on))[-RUNS_CHECKED:]
    between = [(later - earlier).days for earlier, later in pairwise(dates)]
    usual = median(between) if between else 0
    return (
        f"is scored every {usual:.0f} days, so problems show late"
        if usual > LONGEST_BETWEEN_RUNS_DAYS
        else ""
    )
