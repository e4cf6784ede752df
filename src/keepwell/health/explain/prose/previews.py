"""This file says how far another card moves an account, and by what."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.health.definition.band import Band
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import display
from keepwell.health.explain.effects import Earned, Effect
from keepwell.health.explain.prose.numbers import percent, plain, reason, signed, tenths

LEAST_POINTS = 0.5  # less would not show in the rounded score
MOST_CLAUSES = 3


def preview(
    account: str,
    before: Score,
    after: Score,
    effects: Sequence[Effect],
    bands: tuple[Sequence[Band], Sequence[Band]] = ((), ()),
) -> str:
    """Say how far an account moves between two cards with their bands, the largest effects first."""
    if before.score is None or after.score is None:
        return f"{account} {'loses its score' if after.score is None else 'gains a score'}."
    count = max(
        display.digits(each.score, own) for each, own in zip((before, after), bands, strict=True)
    )
    then, now = display.cut(before.score, count), display.cut(after.score, count)
    moved = round(now - then, count)
    # A segment's change or a parent's can leave something that no entry explains.
    true = [each.points for each in effects]
    rest_of = after.score - before.score - sum(true)
    figures = display.parts(moved, [*true, rest_of], count)
    largest = [
        (each, shown)
        for each, shown in zip(effects, figures, strict=False)
        if abs(each.points) >= LEAST_POINTS
    ][:MOST_CLAUSES]
    clauses = [f"{effect(each)} ({signed(shown, is_rounded=True)})" for each, shown in largest]
    others = len(effects) - len(largest)
    if others and largest:
        rest = signed(moved - sum(shown for _, shown in largest), is_rounded=True)
        clauses.append(f"{others} other{'' if others == 1 else 's'} ({rest})")
    elif others:
        clauses.append(f"{others} small change{'' if others == 1 else 's'}")
    if before.segment != after.segment:
        clauses.insert(0, f"segment {after.segment} instead of {before.segment}")
    verb = "rises" if moved > 0 else "falls"
    text = f"{account} {verb} {plain(abs(moved))} points, from {plain(then)} ({before.band}) to {plain(now)} ({after.band})"
    return f"{text}: {'; '.join(clauses)}." if clauses else f"{text}."


def effect(effect: Effect) -> str:
    """Say one effect without its points."""
    before, after = effect.before, effect.after
    if before is None or after is None:
        return f"{effect.label} is {effect.kind}"
    if effect.kind == "rule":
        return f"{effect.label}, {_contribution(after)} instead of {_contribution(before)}"
    clauses = []
    if effect.kind != "weight":
        clauses.append(_earned(before, after))
    if effect.kind != "points":
        clauses.append(f"weighs {percent(after.weight)} of the score, was {percent(before.weight)}")
    return f"{effect.label} {', and '.join(clauses)}"


def _earned(before: Earned, after: Earned) -> str:
    if after.missing and not before.missing:
        return f"has no value now: {reason(after.missing)}"
    earns = f"earns {tenths(after.points or 0.0)} points"
    if before.missing and not after.missing:
        return f"has a value now and {earns}"
    return f"{earns}, was {tenths(before.points or 0.0)}"


def _contribution(earned: Earned) -> str:
    return signed(earned.contribution) if earned.contribution else "no effect"
