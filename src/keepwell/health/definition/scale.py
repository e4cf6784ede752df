"""This file holds what a scale is: how a value becomes points from 0 to 100."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.errors import did_you_mean
from keepwell.health.definition import window
from keepwell.health.definition.field import Fields, write_number
from keepwell.health.definition.table import Table


@dataclass(frozen=True)
class Linear:
    """Linear between the worst value (0 points) and the best (100), limited at both ends. Worst may
    be above best."""

    worst: float
    best: float


@dataclass(frozen=True)
class Steps:
    """Points by threshold: the first `below` above the value decides, else `otherwise`."""

    steps: tuple[tuple[float, float], ...]  # (below, points), below rising
    otherwise: float


@dataclass(frozen=True)
class OwnTarget:
    """The value as a share of the account's own target, on a linear scale.

    `column` is a numeric column of the accounts table; if it is empty or 0, the points are missing
    (`no_target`).
    """

    column: str
    worst: float
    best: float


@dataclass(frozen=True)
class Lookup:
    """Points by category; a value that is not listed gets `otherwise`, or is missing (`no_match`)."""

    points: tuple[tuple[str, float], ...]
    otherwise: float | None = None


@dataclass(frozen=True)
class Baseline:
    """The value as a share of the account's own mean over the windows of the `days` before, on a
    linear scale.

    If fewer than half of those windows have a value, the points are missing (`no_baseline`).
    """

    days: int
    worst: float
    best: float


LEAST_PEERS = 20
LEAST_WAY = 1e-9  # from worst to best: dividing by less can give more than a number can hold


@dataclass(frozen=True)
class Peers:
    """The percentile among the accounts with the same value in a column of the accounts table (all
    accounts if empty).

    Ties count half. With fewer than 20 peers that have a value the points are missing
    (`few_peers`).
    """

    column: str
    is_higher_better: bool = True

    def group(self, cell: str | None) -> str | None:
        """Name the peer group of an account by its cell; none for an empty cell.

        >>> Peers("segment").group("enterprise"), Peers("").group(None)
        ('segment enterprise', 'all accounts')
        """
        if not self.column:
            return "all accounts"
        return None if cell is None else f"{self.column} {cell}"


Scale = Linear | Steps | OwnTarget | Lookup | Baseline | Peers


def line_points(value: float, worst: float, best: float) -> float:
    """Place a value on the line from worst (0) to best (100).

    >>> line_points(6, worst=10, best=2)
    50.0
    """
    return min(100.0, max(0.0, (value - worst) / (best - worst) * 100.0))


def read(fields: Fields, table: Table) -> Scale | None:
    """Read the `points` of a measure; `table` holds the own targets (accounts). None after a fault."""
    scale: Scale | None
    if fields.has("steps"):
        scale = _steps(fields)
    elif fields.has("lookup"):
        scale = _lookup(fields)
    elif fields.has("peers"):
        scale = _peers(fields, table)
    elif fields.has("baseline"):
        scale = _baseline(fields)
    else:
        scale = _line(fields, table)
    fields.close()
    return scale


def _line(fields: Fields, accounts: Table) -> Linear | OwnTarget | None:
    target = fields.text("own_target")
    worst, best = fields.number("worst", required=True), fields.number("best", required=True)
    if worst is None or best is None:
        return None
    if abs(worst - best) < LEAST_WAY:
        fields.fault(
            "C201",
            "best",
            "is the same as worst" if worst == best else "is too near to worst:",
            f"{best:g}",
            "Set the values that earn 0 and 100 points.",
        )
        return None
    if not target:
        return Linear(worst, best)
    column = accounts.column(target)
    if column is None or column.type not in ("quantity", "money"):
        numbers = [
            column.name for column in accounts.columns if column.type in ("quantity", "money")
        ]
        fields.fault(
            "C202",
            "own_target",
            "is not a numeric column of the accounts table:",
            target,
            did_you_mean(target, numbers),
        )
        return None
    return OwnTarget(target, worst, best)


def _baseline(fields: Fields) -> Baseline | None:
    days = fields.parsed("baseline", window.read_days_if_any)
    worst, best = fields.number("worst", required=True), fields.number("best", required=True)
    if days is None or worst is None or best is None:
        return None
    if not days or abs(worst - best) < LEAST_WAY:
        fields.fault(
            "C217", "baseline", "needs a number of days, and a worst that differs from the best"
        )
        return None
    return Baseline(days, worst, best)


def _peers(fields: Fields, accounts: Table) -> Peers | None:
    name = fields.text("peers", required=True)
    better = fields.text("better", choices=("higher", "lower")) or "higher"
    column = accounts.column(name)
    if name != "all" and (column is None or column.personal or column.type != "text"):
        words = [
            "all",
            *(
                column.name
                for column in accounts.columns
                if column.type == "text" and not column.personal
            ),
        ]
        fields.fault(
            "C218",
            "peers",
            "is not a text column of the accounts table:",
            name,
            did_you_mean(name, words),
        )
        return None
    return Peers("" if name == "all" else name, better == "higher")


def _steps(fields: Fields) -> Steps | None:
    steps: list[tuple[float, float]] = []
    otherwise: float | None = None
    for at, node in enumerate(fields.items("steps")):
        step = Fields(node, f"{fields.path}.steps[{at}]", fields.faults)
        if step.has("otherwise"):
            otherwise = step.number("otherwise", least=0, most=100)
        else:
            below, points = (
                step.number("below", required=True),
                step.number("points", required=True, least=0, most=100),
            )
            if below is not None and points is not None:
                steps.append((below, points))
        step.close()
    if otherwise is None:
        fields.fault(
            "C203", "steps", "do not cover the remaining values", "", "End with `- {otherwise: 0}`."
        )
        return None
    if [below for below, _ in steps] != sorted({below for below, _ in steps}):
        fields.fault(
            "C204",
            "steps",
            "are not in ascending order",
            "",
            "Sort them by `below`, each value once.",
        )
        return None
    return Steps(tuple(steps), otherwise)


def _lookup(fields: Fields) -> Lookup | None:
    node = fields.entry("lookup")
    otherwise = fields.number("otherwise", least=0, most=100)
    if node is None or not node.entries:
        fields.fault("C205", "lookup", "must map categories to points")
        return None
    points = [
        (name, fields.as_number(f"lookup.{name}", entry, 0, 100))
        for name, entry in node.entries.items()
    ]
    return Lookup(tuple((name, number) for name, number in points if number is not None), otherwise)


def plain(scale: Scale) -> dict[str, object]:
    """Write a scale as the mapping that `read` reads."""
    match scale:
        case Linear(worst, best):
            return {"worst": write_number(worst), "best": write_number(best)}
        case OwnTarget(column, worst, best):
            return {"own_target": column, "worst": write_number(worst), "best": write_number(best)}
        case Steps(steps, otherwise):
            listed: list[dict[str, object]] = [
                {"below": write_number(below), "points": write_number(points)}
                for below, points in steps
            ]
            return {"steps": [*listed, {"otherwise": write_number(otherwise)}]}
        case Baseline(days, worst, best):
            return {
                "baseline": f"{days} days",
                "worst": write_number(worst),
                "best": write_number(best),
            }
        case Peers(column, is_higher_better):
            return {"peers": column or "all", "better": "higher" if is_higher_better else "lower"}
        case Lookup(points, otherwise):
            rest = {} if otherwise is None else {"otherwise": write_number(otherwise)}
            return {"lookup": {name: write_number(number) for name, number in points}, **rest}
