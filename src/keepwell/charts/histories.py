"""This file holds what a trend shows beside its scores, chosen for the dates it spans and said in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from keepwell.charts.dates import Named
from keepwell.charts.palette import Kind


@dataclass(frozen=True)
class Zone:
    """A band: its name on the card, the score it begins at, and its kind."""

    name: str
    least: float
    kind: Kind


@dataclass(frozen=True)
class Version:
    """A new version of the card, by the first date it scored: "card v2"."""

    on: date
    label: str


@dataclass(frozen=True)
class Event:
    """What happened on a date; its pin has its number in the list, counted from 1."""

    on: date
    label: str


@dataclass(frozen=True)
class Override:
    """A score that somebody set, from its first date to the last one that it was shown on."""

    start: date
    end: date
    score: float


@dataclass(frozen=True)
class Shown:
    """What lies within the dates of a trend: events with their numbers, overrides cut to it."""

    versions: tuple[Version, ...]
    events: tuple[tuple[int, Event], ...]
    overrides: tuple[Override, ...]


def within_dates(
    dates: Sequence[date],
    versions: Sequence[Version],
    events: Sequence[Event],
    overrides: Sequence[Override],
) -> Shown:
    """Choose what lies between the first and the last date; an override is cut to them."""
    if not dates:
        return Shown((), (), ())
    first, last = dates[0], dates[-1]
    numbered = sorted(enumerate(events, start=1), key=lambda each: each[1].on)
    for each in overrides:
        if each.end < each.start:
            raise ValueError(f"An override ends on {each.end}, before it starts on {each.start}.")
    return Shown(
        tuple(each for each in sorted(versions, key=lambda it: it.on) if first <= each.on <= last),
        tuple((nth, each) for nth, each in numbered if first <= each.on <= last),
        tuple(
            Override(max(each.start, first), min(each.end, last), each.score)
            for each in overrides
            if each.start <= last and each.end >= first
        ),
    )


def plain_score(score: float) -> str:
    """Write a score with one decimal at most, cut rather than rounded: a 69.96 is not a 70.

    >>> plain_score(69.96), plain_score(70.0)
    ('69.9', '70')
    """
    return f"{math.floor(score * 10 + 1e-8) / 10:g}"


def zone_name(band: Zone) -> str:
    """Say where a band begins.

    >>> zone_name(Zone("Green", 70, "healthy")), zone_name(Zone("Red", 0, "at risk"))
    ('Green from 70', 'Red')
    """
    return f"{band.name} from {band.least:g}" if band.least > 0 else band.name


def in_words(
    points: Sequence[tuple[date, float | None]],
    bands: Sequence[Zone],
    shown: Shown,
    score: Callable[[float], str],
    day: Named,
    compared: Sequence[date] = (),
) -> str:
    """Say what the chart shows, for those who hear it."""
    known = [(on, value) for on, value in points if value is not None]
    if not known:
        said = ["No score yet"]
    else:
        (first, was), (last, now) = known[0], known[-1]
        said = [f"{score(was)} on {day(first)}"]
        if len(known) > 1:
            least, most = min(value for _, value in known), max(value for _, value in known)
            said = [
                f"From {said[0]} to {score(now)} on {day(last)}",
                f"between {score(least)} and {score(most)}",
            ]
        if len(known) < len(points):
            said.append(f"no score on {len(points) - len(known)} of {len(points)} dates")
    said += [
        f"override {score(it.score)} from {day(it.start)} to {day(it.end)}"
        for it in shown.overrides
    ]
    if compared:
        said.append("compared: " + " and ".join(day(on) for on in compared))
    said += [f"{each.label} from {day(each.on)}" for each in shown.versions]
    said += [f"{nth}: {event.label}, {day(event.on)}" for nth, event in shown.events]
    said += [", ".join(zone_name(band) for band in bands)] if bands else []
    return "; ".join(said) + "."
