"""This file makes random cards: every aggregate, window, scale, condition and decision about gaps,
in trees of any shape."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition.aggregation import NEEDS_COLUMN, VALUE_WITHOUT_ROWS, Aggregation
from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import AnyOf, Compare, Condition, IsMissing, Not
from keepwell.health.definition.customer import CUSTOMERS, POPULATIONS
from keepwell.health.definition.denominator import BOUGHT, Denominator, Kind
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Progress
from keepwell.health.definition.outcome import Outcome
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.rule import KINDS, POINTS, Rule
from keepwell.health.definition.scale import (
    Baseline,
    Linear,
    Lookup,
    OwnTarget,
    Peers,
    Scale,
    Steps,
)
from keepwell.health.definition.scorecard import Definition, Entry, Group, Leaf, walk
from keepwell.health.definition.segment import Amendment, Segment
from keepwell.health.definition.table import Column, Table
from keepwell.health.definition.trend import USUAL, Trend
from keepwell.health.definition.window import Window
from tests.random.conditions import computed_operands, conditions, decimal, numbers, word_conditions
from tests.random.facts import READ, words_of

BANDS = (Band("Green", 70.0, "healthy"), Band("Amber", 40.0, "watch"), Band("Red", 0.0, "at risk"))
# Days since come twice: most rules about what never happened need them.
TAKES: tuple[Aggregation, ...] = (*get_args(Aggregation), "days since")
OTHER_OUTCOMES = (Outcome("other", "so it is", matters_to=("everyone",)),)
MOST_ENTRIES = 14
DIVIDED: frozenset[Aggregation] = frozenset(
    {"count", "sum", "mean", "median", "min", "max", "spread", "latest", "distinct", "active days"}
)
COUNTED = (
    Compare("unit", "=", "hour"),
    Not(Compare("unit", "=", "seat")),
    Not(Compare("kind", "=", "trial")),
)
MADE: frozenset[Aggregation] = frozenset(
    {"sum", "mean", "median", "min", "max", "spread", "latest"}
)

small = st.sampled_from((0.0, 0.1, 0.3, 1.0, 2.0, 2.5, 5.0, 10.0, 28.0, -3.0)) | st.integers(
    -50, 200
).map(float)
earned = st.sampled_from((0.0, 100.0, 50.0, 33.3)) | st.integers(0, 100).map(float)
combines = st.sampled_from(("mean", "mean", "lowest", "highest", "gate"))
gates = st.sampled_from((None, None, 30.0, 70.0))
weights = st.sampled_from((1.0, 1.0, 2.0, 3.0, 0.1, 0.0, 2.5))


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Make a whole card."""
    names = [
        f"{draw(st.sampled_from(('m', 'use-of', 'n', 'usage__')))}{at}"
        for at in range(MOST_ENTRIES)
    ]
    root = draw(_ruled(Group("health", tuple(draw(_entries(names, 0))), combine=draw(combines))))
    least = draw(st.sampled_from((0.0, 0.3, 0.5, 1.0)))
    title = draw(st.sampled_from(("", "A title: with # signs")))
    segments = tuple(draw(_segment(root, nth)) for nth in range(draw(st.integers(0, 2))))
    to = tuple(each.name for each in segments[:1])
    outcomes = (
        Outcome("wanted", "they say so", draw(st.sampled_from(("", "What they want"))), to),
        *OTHER_OUTCOMES,
    )
    review = draw(st.sampled_from((None, 182)))
    parents = draw(
        st.sampled_from((None, Parents("revenue"), Parents("count"), Parents("worst", 2)))
    )
    hysteresis, trend = (
        draw(st.sampled_from((0.0, 0.0, 3.0, 20.0))),
        draw(st.sampled_from((USUAL, Trend(90, 2.5)))),
    )
    return Definition(
        "random",
        root,
        BANDS,
        least,
        title,
        hysteresis=hysteresis,
        trend=trend,
        segments=segments,
        outcomes=outcomes,
        review_every_days=review,
        parents=parents,
        population=draw(st.sampled_from((CUSTOMERS, CUSTOMERS, *POPULATIONS.values()))),
        touch_within_days=draw(st.sampled_from((None, 1, 45))),
    )


@st.composite
def _ruled(draw: st.DrawFn, group: Group) -> Group:
    """Give a group and those below it rules about values and points of the card."""
    leaves = [entry for _, entry in walk(group) if isinstance(entry, Leaf)]
    return _with_rules(draw, group, [leaf.measure for leaf in leaves])


def _with_rules(draw: st.DrawFn, group: Group, known: list[Measure]) -> Group:
    below = [entry.name for path, entry in walk(group) if path]
    rules = tuple(_rule(draw, known, below) for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))))
    children = tuple(
        _with_rules(draw, c, known) if isinstance(c, Group) else c for c in group.children
    )
    return replace(group, children=children, rules=rules)


def _rule(draw: st.DrawFn, known: list[Measure], below: list[str]) -> Rule:
    numeric = [measure for measure in known if not isinstance(measure.scale, Lookup)]
    names = [measure.name for measure in numeric] + [f"{name}{POINTS}" for name in below]
    name, sign = (
        draw(st.sampled_from(names)),
        draw(st.sampled_from(("<", "<=", ">", ">=", "=", "!="))),
    )
    test: Condition = Compare(name, sign, draw(numbers.map(decimal)))  # type: ignore[arg-type]
    test = draw(st.sampled_from((test, Not(test), AnyOf((test, IsMissing(name))))))
    kind = draw(st.sampled_from(KINDS))
    since = [
        measure.name for measure in known if measure.take == "days since" and not measure.is_growth
    ]
    fades = kind == "boost" and since and draw(st.booleans())
    points = draw(earned) * draw(st.sampled_from((1.0, -1.0))) if kind == "boost" else draw(earned)
    return Rule(kind, points, test, "so it is", 30 if fades else None, since[0] if fades else "")


@st.composite
def _segment(draw: st.DrawFn, root: Group, nth: int) -> Segment:
    touch = draw(st.sampled_from((None, None, 0, 14)))
    when = draw(conditions(TABLES["accounts"], 1))
    return Segment(f"segment{nth}", when, draw(amendments(root)), touch)


@st.composite
def amendments(draw: st.DrawFn, root: Group) -> Amendment:
    """Make other weights and scales for some entries of a tree."""
    paths = [path for path, _ in walk(root) if path]
    leaves = [
        path
        for path, entry in walk(root)
        if isinstance(entry, Leaf) and not isinstance(entry.measure.scale, Lookup | Baseline)
    ]
    heavier = draw(
        st.lists(
            st.tuples(st.sampled_from(paths), weights), max_size=2, unique_by=lambda pair: pair[0]
        )
    )
    other = (
        draw(
            st.lists(
                st.tuples(st.sampled_from(leaves), scales),
                max_size=2,
                unique_by=lambda pair: pair[0],
            )
        )
        if leaves
        else []
    )
    return Amendment(tuple(heavier), tuple(other))


@st.composite
def _entries(draw: st.DrawFn, names: list[str], depth: int) -> list[Entry]:
    """Make siblings; each takes a name, and the tree ends where there are no more."""
    entries: list[Entry] = []
    for _ in range(draw(st.integers(2 - bool(depth), 4 - bool(depth)))):
        if not names:
            break
        name, weight = names.pop(), draw(weights)
        if depth < 3 and names and draw(st.integers(0, 3)) == 0:
            below = tuple(draw(_entries(names, depth + 1)))
            entries.append(Group(name, below, weight, combine=draw(combines), gate=draw(gates)))
        else:
            policy = draw(
                st.sampled_from(
                    ("skip", "skip", "skip", "neutral", "neutral", "zero", "zero", "carry")
                )
            )
            carry_days = draw(st.sampled_from((6, 7, 20, 21))) if policy == "carry" else 0
            entries.append(Leaf(draw(measures(name)), weight, policy, carry_days, draw(gates)))  # type: ignore[arg-type]
    return entries


@st.composite
def growths(draw: st.DrawFn, name: str) -> Measure:
    """Make a growth that mostly has a number: most others lack rows or coverage in one of two
    windows, and what was rejected of their rows then says nothing."""
    return Measure(
        name=name,
        table=draw(st.sampled_from(("usage", "usage", "tickets", "invoices"))),
        take=draw(st.sampled_from(("count", "active days"))),
        window=draw(st.sampled_from((Window(28), Window(30), Window(7)))),
        per=draw(st.sampled_from((None, None, None, Denominator("seat")))),
        scale=draw(_lines()),
        is_growth=True,
    )


@st.composite
def measures(draw: st.DrawFn, name: str = "m") -> Measure:
    """Make a measure that the rules of cards allow."""
    if draw(st.integers(0, 2)) == 0:
        return draw(growths(name))
    tables = [name for name in (*READ, "usage", "accounts") if TABLES[name].per_account]
    table = TABLES[draw(st.sampled_from(tables))]
    take = draw(
        st.sampled_from(
            [take for take in TAKES if take not in NEEDS_COLUMN or _columns(table, take)]
        )
    )
    column = draw(st.sampled_from(_columns(table, take))) if take in NEEDS_COLUMN else None
    made = draw(computed_operands(table)) if take in MADE and draw(st.booleans()) else None
    if isinstance(made, Progress) and take in ("sum", "mean"):
        made = None
    window = _window(draw, table, take)
    is_category = bool(column and take == "latest" and not made and column.type == "text")
    is_divided = (take in DIVIDED and not is_category) and draw(st.booleans())
    shifts = bool(window.days) and not window.by_rhythm and not is_category and take != "days since"
    scale = draw(
        lookups(column)
        if is_category and column
        else scales | baselines(window.days or 1)
        if shifts
        else scales
    )
    usual = (window.days or 0) if take in VALUE_WITHOUT_ROWS else 0
    has_part = take == "share" or (take == "count" and draw(st.booleans()))
    return Measure(
        name=name,
        table=table.name,
        take=take,
        column=made or (column.name if column else ""),
        window=window,
        where=draw(st.one_of(st.none(), st.none(), conditions(table), word_conditions(table.name))),
        part=draw(conditions(table)) if has_part else None,
        each=draw(st.sampled_from(("", "", *table.readable_names))),
        whole=draw(st.sampled_from(_columns(table, take))).name if take == "ratio" else "",
        per=draw(pers(window)) if is_divided else None,
        scope=draw(st.sampled_from(("subtree", "subtree", "own")))
        if table.name != "accounts"
        else "own",
        scale=scale,
        is_growth=shifts and not isinstance(scale, Baseline) and draw(st.booleans()),
        least_tenure_days=draw(st.sampled_from((usual, usual, 0, 5))),
        title=draw(st.sampled_from(("", "yes", "Use, and more: 100 %", "'quoted'"))),
        is_leading=draw(st.sampled_from((None, True, False))),
        outcome=draw(st.sampled_from(("", "", "wanted"))),
        playbook=draw(st.sampled_from(("", "", "Call them: within a week."))),
    )


@st.composite
def pers(draw: st.DrawFn, window: Window) -> Denominator:
    """Make what a measure over a window is divided by."""
    kinds = [
        kind for kind in get_args(Kind) if kind != "fee" or not (window.is_now or window.by_rhythm)
    ]
    kind = draw(st.sampled_from(kinds))
    grace_days = draw(st.sampled_from((0, 0, 1, 7, 30))) if kind in BOUGHT else 0
    counted = st.sampled_from(COUNTED) | conditions(TABLES["contracts"], 1)
    return Denominator(kind, draw(counted) if kind == "units" else None, grace_days)


def _columns(table: Table, take: Aggregation) -> list[Column]:
    """The columns of which a number can be taken so."""
    types = {
        "distinct": ("text", "quantity", "money", "date", "flag", "moment"),
        "latest": ("text", "quantity", "money"),
    }
    wanted = types.get(take, ("quantity", "money"))
    readable = [column for name in table.readable_names if (column := table.readable(name))]
    return [column for column in readable if column.type in wanted]


def _window(draw: st.DrawFn, table: Table, take: Aggregation) -> Window:
    everything = [Window()] if table.time == "event" else [Window(), Window(is_now=True)]
    if take == "days since":
        return draw(st.sampled_from(everything))
    if table.name == "usage" and draw(st.integers(0, 3)) == 0:
        return Window(draw(st.sampled_from((1, 28))), by_rhythm=True)
    return draw(
        st.sampled_from([Window(1), Window(7), Window(28), Window(30), *everything, everything[-1]])
    )


@st.composite
def _lines(draw: st.DrawFn) -> Linear | OwnTarget:
    worst, best = draw(small), draw(small)
    best = best + 1.0 if best == worst else best
    target = draw(st.sampled_from(("", "", "target_users", "employees")))
    return OwnTarget(target, worst, best) if target else Linear(worst, best)


@st.composite
def _steps(draw: st.DrawFn) -> Steps:
    below = sorted(draw(st.sets(small, max_size=3)))
    return Steps(tuple((number, draw(earned)) for number in below), draw(earned))


scales: st.SearchStrategy[Scale] = (
    _lines() | _lines() | _steps() | st.sampled_from((Peers(""), Peers("segment", False)))
)


def baselines(days: int) -> st.SearchStrategy[Scale]:
    """Judge beside the account's own two windows before."""
    return st.just(Baseline(2 * days, 0.5, 1.0))


@st.composite
def lookups(draw: st.DrawFn, column: Column) -> Lookup:
    """Make a list of points for some of a column's words."""
    words = draw(st.lists(st.sampled_from(words_of(column)), min_size=1, unique=True))
    return Lookup(tuple((word, draw(earned)) for word in words), draw(st.none() | earned))
