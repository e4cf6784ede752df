"""This file holds what a difference between two cards is, and finds those between two mappings of
fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from keepwell.health.definition import denominator

Plain: TypeAlias = Mapping[str, Any]
Kind = Literal["added", "removed", "changed", "moved"]
ORDER = "order"  # the `field` of what stands in another order


@dataclass(frozen=True)
class Given:
    """A field's value in a card.

    `is_percent` numbers are shares of 1; `of` is the entry that a segment changes.
    """

    field: str
    value: object
    is_percent: bool = False
    of: str = ""


@dataclass(frozen=True)
class Place:
    """The place of an entry: its group's label, its own weight there, and its share of the whole
    score."""

    group: str
    weight: object = None
    share: float = 0.0


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two definitions.

    `what` is the kind of thing (`card`, `measure`, `rule`, `band`, ...) and `label` what people
    call it. For a changed field, `field` names it, and `before` and `after` are its values; for
    another order they list the labels in order. For something added or removed, `details` are its
    fields. `position` counts from 1, with the total.
    """

    kind: Kind
    path: str
    what: str
    label: str
    field: str = ""
    before: Given | None = None
    after: Given | None = None
    was_at: Place | None = None
    is_at: Place | None = None
    position: tuple[int, int] | None = None
    details: tuple[Given, ...] = ()


def in_fields(
    what: str,
    label: str,
    path: str,
    then: Plain,
    now: Plain,
    *,
    without: Sequence[str] = (),
    is_percent: tuple[bool, bool] = (False, False),
) -> Iterator[Difference]:
    """Yield each field in which two mappings differ; `is_percent` says of each whether its numbers
    are percents."""
    for name in names(then, now):
        if name not in without and repr(then.get(name)) != repr(now.get(name)):
            before, after = (
                Given(name, each.get(name), share)
                for each, share in zip((then, now), is_percent, strict=True)
            )
            yield Difference("changed", path, what, label, name, before, after)


def reordered(
    path: str, what: str, label: str, then: Sequence[str], now: Sequence[str]
) -> Difference:
    """Make the difference of a list in another order."""
    before, after = Given(ORDER, tuple(then)), Given(ORDER, tuple(now))
    return Difference("moved", path, what, label, ORDER, before, after)


def is_reordered(then: Sequence[str], now: Sequence[str]) -> bool:
    """Whether what is in both lists is in another order.

    >>> is_reordered("abc", "axc"), is_reordered("abc", "ca")
    (False, True)
    """
    both = set(then) & set(now)
    return [each for each in then if each in both] != [each for each in now if each in both]


def names(then: Plain, now: Plain) -> list[str]:
    """List the fields of either, in order."""
    return list(dict.fromkeys((*then, *now)))


def reads_percents(measure: Plain) -> bool:
    """Whether people read the numbers of a measure, given as a card's fields, as percents."""
    aggregation = str(measure.get("take", ""))
    unit = measure.get("unit", "")
    is_share = aggregation.startswith(("share", "growth")) or denominator.is_share(
        str(measure.get("per", "")),
        *aggregation.partition(" ")[::2],
        str(measure.get("table", "")),
    )
    # A column of percents without anything that it is divided by has 66.7, and not 0.667.
    return is_share or bool(measure.get("per")) if unit == "%" else not unit and is_share
