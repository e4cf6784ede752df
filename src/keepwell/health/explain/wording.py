"""This file holds the words for what stands in a card: its fields, its values, its rules and scales."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from keepwell.health.definition import denominator
from keepwell.health.definition.denominator import UNITS

Plain: TypeAlias = Mapping[str, Any]

# What a field is called in a sentence, where its own name is no noun that reads well.
FIELDS = {
    "least_coverage": "the share of weight that has to be known",
    "band_margin": "the margin of bands",
    "combine": "the way its points are made",
    "take": "what is counted",
    "where": "the condition on rows",
    "per": "what it is divided by",
    "grace": "the grace for new units",
    "least_tenure": "the least tenure",
    "points": "the scale",
    "missing": "the decision about gaps",
    "why": "the reason",
    "because": "the reason",
    "from": "its lowest score",
    "means": "its meaning",
    "when": "the condition",
    "halves": "the time in which it halves",
    "since": "what it fades by",
    "limit": "its number of points",
}
# What stands where a card says nothing.
SILENT = {
    "combine": "mean",
    "where": "every row",
    "per": "nothing",
    "grace": "none",
    "window": "now",
    "source": "automated",
    "weights": "as on the card",
    "points": "as on the card",
}
SHARES = {"least_coverage"}
QUOTED = {"title", "why", "because"}


def field(name: str) -> str:
    """Name a field in a sentence.

    >>> field("least_tenure"), field("review_every")
    ('the least tenure', 'the review every')
    """
    return FIELDS.get(name, f"the {name.replace('_', ' ')}")


def value(name: str, given: object, is_share: bool = False) -> str:
    """Say the value of a field; `is_share` for the numbers of a measure that are read as percents.

    >>> value("weight", 2.5), value("per", None), value("least_coverage", 0.5), value("why", "So it is.")
    ('2.5', 'nothing', '50 %', '"So it is."')
    """
    if given is None:
        return SILENT.get(name, "not said")
    if name == "points" and isinstance(given, Mapping):
        return scale(given, is_share)
    if name in QUOTED:
        return f'"{" ".join(str(given).split())}"'
    return _said(given, name in SHARES)


def scale(points: Plain, is_share: bool) -> str:
    """Say a scale as it is written in a card.

    >>> scale({"worst": 0.2, "best": 0.8}, is_share=True)
    'from 20 % (worst) to 80 % (best)'
    >>> scale({"steps": [{"below": 3, "points": 40}, {"otherwise": 0}]}, is_share=False)
    '40 below 3, else 0'
    """
    match dict(points):
        case {"steps": list(steps), **rest} if not rest:
            return ", ".join(_step(step, is_share) for step in steps)
        case {"lookup": dict(lookup), **rest} if set(rest) <= {"otherwise"}:
            others = [f"anything else {_said(rest['otherwise'])}"] if rest else []
            return ", ".join(
                [*(f"{name} {_said(earned)}" for name, earned in lookup.items()), *others]
            )
        case {"peers": group, "better": better, **rest} if not rest:
            among = "all accounts" if group == "all" else f"accounts of the same {group}"
            return f"the percentile among {among}, {better} is better"
        case {"own_target": target, "worst": worst, "best": best, **rest} if not rest:
            return f"{_line(worst, best, True)} of its own {target}"
        case {"baseline": days, "worst": worst, "best": best, **rest} if not rest:
            return f"{_line(worst, best, True)} of its own mean of the {days} before"
        case {"worst": worst, "best": best, **rest} if not rest:
            return _line(worst, best, is_share)
        case other:
            return _said(other)


def reads_shares(measure: Plain) -> bool:
    """Whether the numbers of a measure are shares, so that people read them as percents."""
    taken = str(measure.get("take", ""))
    unit = measure.get("unit", "")
    is_share = taken.startswith(("share", "growth")) or denominator.is_share(
        str(measure.get("per", "")), taken.partition(" ")[0]
    )
    return unit == "%" or (not unit and is_share)


def measured(measure: Plain) -> str:
    """Say what a measure counts, from what, over which days, and what it earns."""
    where = f" where {measure['where']}" if "where" in measure else ""
    divided = f", {_divided(measure)}" if "per" in measure else ""
    days = value("window", measure.get("window"))
    earned = value("points", measure.get("points"), reads_shares(measure))
    return (
        f"{measure.get('take')} of {measure.get('table')}{where}{divided}, window {days}, {earned}"
    )


def _divided(measure: Plain) -> str:
    """Say what a measure is divided by.

    >>> _divided({"per": "units where unit = call", "grace": "30 days"})
    'for each of the units where unit = call, new ones after 30 days'
    """
    each = str(measure["per"]).replace(UNITS, f"of the {UNITS}", 1)
    return f"for each {each}" + (
        f", new ones after {measure['grace']}" if "grace" in measure else ""
    )


def rule(written: Plain) -> str:
    """Say a rule without its reason.

    >>> rule({"cap": 49, "when": "pulse = red", "because": "They say so."})
    'cap 49 when pulse = red'
    """
    kind, points = next(iter(written.items()))
    fades = (
        f", halved every {written['halves']} of {written.get('since')}"
        if "halves" in written
        else ""
    )
    return f"{kind} {_said(points)} when {written.get('when')}{fades}"


def rule_fields(written: Plain) -> dict[str, Any]:
    """A rule's fields under one name each, whatever its kind.

    >>> rule_fields({"cap": 49, "when": "pulse = red"})
    {'kind': 'cap', 'limit': 49, 'when': 'pulse = red'}
    """
    kind, points = next(iter(written.items()))
    return {
        "kind": kind,
        "limit": points,
        **{name: each for name, each in written.items() if name != kind},
    }


def capital(words: str) -> str:
    """Begin with a capital letter, and leave the rest.

    >>> capital("seats in use")
    'Seats in use'
    """
    return words[:1].upper() + words[1:]


def percent(share: float) -> str:
    """Write a share of the whole; below ten with one decimal.

    >>> percent(0.21), percent(0.0449)
    ('21 %', '4.5 %')
    """
    hundredths = share * 100
    return f"{hundredths:.0f} %" if hundredths >= 10 else f"{round(hundredths, 1):g} %"


def _line(worst: object, best: object, is_share: bool) -> str:
    return f"from {_said(worst, is_share)} (worst) to {_said(best, is_share)} (best)"


def _step(step: Plain, is_share: bool) -> str:
    if "below" not in step:
        return f"else {_said(step.get('otherwise'))}"
    return f"{_said(step.get('points'))} below {_said(step['below'], is_share)}"


def _said(given: object, is_share: bool = False) -> str:
    """Write a number to its last digit, and what is nested without its brackets."""
    match given:
        case bool():
            return "yes" if given else "no"
        case int() | float():
            exact = Decimal(repr(given)) * (100 if is_share else 1)
            return f"{exact.normalize():f}{' %' if is_share else ''}"
        case Mapping():
            return ", ".join(
                f"{str(name).replace('_', ' ')} {_said(each)}" for name, each in given.items()
            )
        case list() | tuple():
            return "; ".join(_said(each) for each in given)
        case _:
            return " ".join(str(given).split())
