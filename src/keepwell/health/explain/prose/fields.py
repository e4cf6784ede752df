"""This file says what stands in a card: its fields, their values, its scales, rules and measures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from keepwell.health.definition.denominator import UNITS
from keepwell.health.explain.card_difference import Plain

# What a field is called in a sentence, where its own name does not read well.
FIELDS = {
    "least_coverage": "required coverage",
    "combine": "combination",
    "take": "aggregation",
    "where": "filter",
    "per": "denominator",
    "grace": "grace period",
    "least_tenure": "minimum tenure",
    "least_move": "smallest move",
    "points": "scale",
    "missing": "policy for missing data",
    "why": "reason",
    "because": "reason",
    "from": "threshold",
    "means": "meaning",
    "when": "condition",
    "halves": "half-life",
    "since": "start of the decay",
    "limit": "number of points",
    "kind": "kind of rule",
    "review_every": "review interval",
    "touch_within": "days to the next touch",
    "of": "entries",
}
# What a field means where a card leaves it out.
DEFAULTS = {
    "combine": "mean",
    "where": "all rows",
    "per": "none",
    "grace": "none",
    "window": "now",
    "source": "automated",
}
SHARES = {"least_coverage"}
QUOTED = {"title", "why", "because"}


def field(name: str) -> str:
    """Name a field in a sentence.

    >>> field("least_tenure"), field("band_margin")
    ('minimum tenure', 'band margin')
    """
    return FIELDS.get(name, name.replace("_", " "))


def value(name: str, given: object, is_percent: bool = False) -> str:
    """Write the value of a field; `is_percent` for the numbers of a measure that are read as
    percents.

    >>> value("weight", 2.5), value("per", None), value("least_coverage", 0.5), value("why", "So it is.")
    ('2.5', 'none', '50 %', '"So it is."')
    """
    if given is None:
        return DEFAULTS.get(name, "not set")
    if name == "points" and isinstance(given, Mapping):
        return scale(given, is_percent)
    if name in QUOTED:
        return f'"{" ".join(str(given).split())}"'
    return _written(given, name in SHARES)


def scale(points: Plain, is_percent: bool) -> str:
    """Say a scale.

    >>> scale({"worst": 0.2, "best": 0.8}, is_percent=True)
    'from 20 % (worst) to 80 % (best)'
    >>> scale({"steps": [{"below": 3, "points": 40}, {"otherwise": 0}]}, is_percent=False)
    '40 below 3, else 0'
    """
    match dict(points):
        case {"steps": list(steps), **rest} if not rest:
            return ", ".join(_step(step, is_percent) for step in steps)
        case {"lookup": dict(lookup), **rest} if set(rest) <= {"otherwise"}:
            others = [f"anything else {_written(rest['otherwise'])}"] if rest else []
            return ", ".join(
                [*(f"{name} {_written(earned)}" for name, earned in lookup.items()), *others]
            )
        case {"peers": group, "better": better, **rest} if not rest:
            among = "all accounts" if group == "all" else f"accounts of the same {group}"
            return f"percentile among {among}, {better} is better"
        case {"own_target": target, "worst": worst, "best": best, **rest} if not rest:
            return f"{_line(worst, best, True)} of its own {str(target).replace('_', ' ')}"
        case {"baseline": days, "worst": worst, "best": best, **rest} if not rest:
            return f"{_line(worst, best, True)} of its own mean over the previous {days}"
        case {"worst": worst, "best": best, **rest} if not rest:
            return _line(worst, best, is_percent)
        case other:
            return _written(other)


def measured(measure: Plain, is_percent: bool) -> str:
    """Say what a measure counts, from what, over which days, and what it earns."""
    where = f" where {measure['where']}" if "where" in measure else ""
    divided = f", {_divided(measure)}" if "per" in measure else ""
    days = value("window", measure.get("window"))
    earned = value("points", measure.get("points"), is_percent)
    return (
        f"{measure.get('take')} of {measure.get('table')}{where}{divided}, window {days}, {earned}"
    )


def _divided(measure: Plain) -> str:
    """Say what a measure is divided by.

    >>> _divided({"per": "units where unit = call", "grace": "30 days"})
    'per unit where unit = call (30 days of grace)'
    """
    per = str(measure["per"]).replace(UNITS, UNITS.replace("units", "unit"), 1)
    return f"per {per}" + (f" ({measure['grace']} of grace)" if "grace" in measure else "")


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
    return f"{kind} {_written(points)} when {written.get('when')}{fades}"


def capital(words: str) -> str:
    """Begin with a capital letter, and leave the rest.

    >>> capital("seats in use")
    'Seats in use'
    """
    return words[:1].upper() + words[1:]


def _line(worst: object, best: object, is_percent: bool) -> str:
    return f"from {_written(worst, is_percent)} (worst) to {_written(best, is_percent)} (best)"


def _step(step: Plain, is_percent: bool) -> str:
    if "below" not in step:
        return f"else {_written(step.get('otherwise'))}"
    return f"{_written(step.get('points'))} below {_written(step['below'], is_percent)}"


def _written(given: object, is_percent: bool = False) -> str:
    """Write a number to its last digit, and what is nested without its brackets."""
    match given:
        case bool():
            return "yes" if given else "no"
        case int() | float():
            exact = Decimal(repr(given)) * (100 if is_percent else 1)
            return f"{exact.normalize():f}{' %' if is_percent else ''}"
        case Mapping():
            return ", ".join(
                f"{str(name).replace('_', ' ')} {_written(each)}" for name, each in given.items()
            )
        case list() | tuple():
            return "; ".join(_written(each) for each in given)
        case _:
            return " ".join(str(given).split())
