"""This file holds what a difference between two cards is, and finds those between two sets of fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from keepwell.health.explain import wording
from keepwell.health.explain.wording import Plain

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True)
class Difference:
    """One thing that two definitions say differently: where in the card, and in a sentence."""

    kind: Kind
    path: str
    sentence: str


def fields(
    label: str,
    path: str,
    then: Plain,
    now: Plain,
    *,
    without: Sequence[str] = (),
    is_share: tuple[bool, bool] = (False, False),
) -> Iterator[Difference]:
    """Say each field in which two things differ; `is_share` says of each whether its numbers are percents."""
    for name in names(then, now):
        if name not in without and repr(then.get(name)) != repr(now.get(name)):
            was, says = (
                wording.value(name, each.get(name), share)
                for each, share in zip((then, now), is_share, strict=True)
            )
            said = f"is now {says}, was {was}" if says != was else "has other spaces"
            yield Difference("changed", path, f"{label}: {wording.field(name)} {said}.")


def is_reordered(then: Sequence[str], now: Sequence[str]) -> bool:
    """Whether what stands in both lists stands in another order.

    >>> is_reordered("abc", "axc"), is_reordered("abc", "ca")
    (False, True)
    """
    both = set(then) & set(now)
    return [each for each in then if each in both] != [each for each in now if each in both]


def names(then: Plain, now: Plain) -> list[str]:
    """The fields of either, in order."""
    return list(dict.fromkeys((*then, *now)))
