"""This file checks the golden rules that a card alone can break: inclusive, timely, contextual,
actionable."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.errors import Fault
from keepwell.health.checks.card import Card, percent
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Baseline, OwnTarget, Peers

LONGEST_WINDOW_DAYS = (
    184  # half a year: beyond it, a month of change is a sixth of what the measure sees
)
LONGEST_CARRY_DAYS = 182  # 26 steps of a week; each costs as much as scoring a date
MOST_MANUAL = 0.5
HAIR = 1e-9


def check(card: Card) -> Iterator[Fault]:
    """Check a card against the golden rules."""
    yield from _inclusive(card)
    yield from _timely(card)
    yield from _contextual(card)
    yield from _actionable(card)


def _inclusive(card: Card) -> Iterator[Fault]:
    shares = {path: card.shares[path] for path in card.weighted}
    least = card.definition.least_coverage
    if shares and 1 - least + HAIR < min(shares.values()):
        what = f"is {percent(least)}: a single gap, even in `{min(shares, key=lambda path: shares[path])}`, leaves an account without a score"
        way_out = f"Use at most {percent(1 - min(shares.values()))}; `50 %` is usual."
        yield card.advise("C611", "", "least_coverage", what, "", way_out)
    tables = {leaf.measure.table for leaf in card.weighted.values()}
    if len(tables) == 1 and len(card.weighted) > 1:
        what = "reads a single table, so accounts that are not in it have no score:"
        way_out = "Add a measure from another one: surveys, meetings, outcomes."
        yield card.advise("C612", "", "health", what, tables.pop(), way_out)


def _timely(card: Card) -> Iterator[Fault]:
    for path, leaf in card.weighted.items():
        measure = leaf.measure
        is_event = card.tables[measure.table].time == "event"
        if measure.is_leading is not False and _is_slow(measure, is_event):
            what = f"looks back over {'all days' if measure.window.days is None else measure.window}, so a change today hardly moves it"
            yield card.advise(
                "C621", path, "window", what, "", "Use 180 days or fewer, or mark it as lagging."
            )
        if measure.take == "latest" and is_event and measure.window.days is None:
            what = "uses the latest value, however old it is"
            yield card.advise(
                "C622",
                path,
                "window",
                what,
                "",
                "Limit its age, for example with `window: 90 days`.",
            )
        if leaf.policy == "carry" and leaf.carry_days > LONGEST_CARRY_DAYS:
            rounds = leaf.carry_days // 7
            what = f"carries values over for {leaf.carry_days} days, so old data counts as new, and each score looks back {rounds} times"
            yield card.advise("C623", path, "missing", what, "", "Carry over for 91 days or fewer.")
    manual = sum(
        card.shares[path] for path, leaf in card.weighted.items() if leaf.measure.is_manual
    )
    if manual > MOST_MANUAL + HAIR:
        what = f"has {percent(manual)} of its weight on values that people enter by hand, which are only as fresh as their time allows"
        yield card.advise("C624", "", "health", what, "", "Give automated measures at least half.")


def _is_slow(measure: Measure, is_event: bool) -> bool:
    if not is_event or measure.take in ("latest", "days since"):
        return False
    return measure.window.days is None or measure.window.days > LONGEST_WINDOW_DAYS


def _contextual(card: Card) -> Iterator[Fault]:
    differs = card.definition.segments or card.definition.exemptions
    scales = [leaf.measure.scale for leaf in card.weighted.values()]
    if not differs and not any(isinstance(scale, OwnTarget | Peers | Baseline) for scale in scales):
        what = "treats every account alike: no segments, own targets, peers or baselines"
        way_out = "Start with one: `segments:`, or points by `own_target`, `peers` or `baseline`."
        yield card.advise("C631", "", "health", what, "", way_out)


def _actionable(card: Card) -> Iterator[Fault]:
    warning = {path: leaf for path, leaf in card.weighted.items() if leaf.measure.is_leading}
    without = [path for path, leaf in warning.items() if not leaf.measure.playbook]
    if warning and len(without) == len(warning):
        what = "has no playbook, so nobody knows what to do when a measure turns bad"
        yield card.advise(
            "C641",
            "",
            "health",
            what,
            "",
            "Add `playbook:` to each leading measure: who does what.",
        )
        return
    for path in without:
        what = "is a leading measure without a playbook"
        yield card.advise(
            "C642", path, "playbook", what, "", "Add `playbook:`: who does what, and by when."
        )
