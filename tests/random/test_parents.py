"""This file checks that parents get the same scores from their children by production and oracle,
and that lines add up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from keepwell.health.compile.hierarchy import Hierarchy
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.scorecard import Definition, Group
from keepwell.health.engines import results
from keepwell.health.engines.oracle import hierarchy, parents
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.explain.parents import moves
from keepwell.health.scoring.parents import ParentScoring
from tests.random.cards import BANDS

TODAY = date(2026, 3, 1)
NEAR = 1e-9
NAMES = tuple("abcdefghij")
ways = st.sampled_from(
    (Parents("revenue"), Parents("count"), Parents("worst", 1), Parents("worst", 3))
)
amounts = st.sampled_from((None, 0.0, 1.0, 12000.0, 0.1, -5.0)) | st.integers(1, 90000).map(float)
parent_ids = st.sampled_from((*NAMES, None, None, "nobody"))
trees = st.fixed_dictionaries(dict.fromkeys(NAMES, parent_ids))
days = st.sampled_from((date(2025, 1, 1), date(2026, 2, 28), TODAY, date(2026, 4, 1)))


@st.composite
def scores(draw: st.DrawFn) -> dict[str, Score]:
    """Make the own scores of some accounts."""
    found = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1)):
        points = draw(st.none() | st.sampled_from((0.0, 40.0, 70.0, 100.0)) | st.floats(0, 100))
        fresh, known = draw(st.none() | st.floats(0, 90)), draw(st.sampled_from((0.0, 0.5, 1.0)))
        status = "not enough data" if points is None else "scored"
        found[name] = Score(name, TODAY, points, None, None, known, fresh, status)  # type: ignore[arg-type]
    return dict(sorted(found.items()))


def line(score: Score) -> Line:
    points = score.score
    return Line(
        score.account_id, TODAY, "", "group", "health", None, None, None, points, 1.0,
        1.0 if points is not None else 0.0, points or 0.0, None, False, None, None,
    )  # fmt: skip


def measured(score: Score) -> Line:
    return replace(line(score), path="usage", kind="measure", name="usage")


@given(
    stated=st.lists(
        st.tuples(st.sampled_from(NAMES), days, parent_ids),
        max_size=20,
        unique_by=lambda each: each[:2],
    )
)
def test_the_hierarchy_of_a_date_is_the_oracles(stated: list[tuple[str, date, str | None]]) -> None:
    rows = [
        {"account_id": account, "on": on, "parent_id": parent} for account, on, parent in stated
    ]
    above = hierarchy.parents(rows, TODAY)
    built = Hierarchy(sorted(stated, key=lambda each: each[:2]))
    assert built.parents(TODAY) == above
    closure = set(built.closure(TODAY))
    accounts = {account for account, _, _ in stated}
    for account in accounts:
        below = {descendant for descendant, ancestor in closure if ancestor == account}
        assert below == hierarchy.subtree(account, above) & accounts


@given(
    own=scores(),
    alone=scores(),
    above=trees,
    revenue=st.fixed_dictionaries(dict.fromkeys(NAMES, amounts)),
    own_revenue=st.fixed_dictionaries(dict.fromkeys(NAMES, amounts)),
    by=ways,
)
def test_parents_are_scored_by_their_children_and_themselves(
    own: dict[str, Score],
    alone: dict[str, Score],
    above: Mapping[str, str | None],
    revenue: Mapping[str, float | None],
    own_revenue: Mapping[str, float | None],
    by: Parents,
) -> None:
    rows = [{"account_id": name, "on": date.min, "parent_id": over} for name, over in above.items()]
    tree = hierarchy.parents(rows, TODAY)
    definition = Definition("card", Group("health", ()), BANDS, 0.5, hysteresis=3.0, parents=by)
    before = dict.fromkeys(NAMES[::2], "Green")
    expected = {name: (score, [line(score)]) for name, score in own.items()}
    itself = {
        name: (score, [line(score), measured(score)])
        for name, score in alone.items()
        if name in own and name in tree.values()
    }
    for account, children in parents.order(tree, own, itself):
        below = [expected[child][0] for child in children]
        paid = {**revenue, account: own_revenue[account]}
        expected[account] = parents.score(
            definition, expected[account], below, paid, before.get(account), itself.get(account)
        )
    scoring = ParentScoring(definition, tree, revenue, own_revenue)
    its_scores = {name: score for name, (score, _) in itself.items()}
    got, children_of = results.score_parents(own, scoring, before, its_scores)
    assert set(children_of) == {name for name, (_, lines) in expected.items() if len(lines) > 1}
    for name, (score, lines) in expected.items():
        _near(got[name], score)
        made = (
            results.parent_lines(
                [line(own[name])], children_of[name], got, itself[name][1] if name in itself else ()
            )
            if name in children_of
            else [line(own[name])]
        )
        for one, other in zip(made, lines, strict=True):
            _near(one, other)
        whole, *below = made
        if below:
            assert math.isclose(
                sum(each.contribution for each in below if each.kind != "measure"),
                whole.points or 0.0,
                abs_tol=NEAR,
            )
            assert whole.points is None or -NEAR <= whole.points <= 100 + NEAR


@given(own=scores(), later=scores(), by=ways)
def test_what_moves_a_parent_adds_up(
    own: dict[str, Score], later: dict[str, Score], by: Parents
) -> None:
    definition = Definition("card", Group("health", ()), BANDS, 0.5, parents=by)
    top = Score("top", TODAY, None, None, None, 0.0, None, "not enough data")
    sides = []
    for found in (own, later):
        revenue = {name: float(nth) for nth, name in enumerate(found)}
        scoring = ParentScoring(definition, dict.fromkeys(found, "top"), revenue)
        all_scores, children = results.score_parents(found | {"top": top}, scoring, {})
        sides.append(results.parent_lines([line(top)], children["top"], all_scores)[1:])
    first, last = (sum(each.contribution for each in side) for side in sides)
    moved = list(moves(*sides))
    assert math.isclose(sum(move.points for move in moved), last - first, abs_tol=NEAR)


def _near(one: Score | Line, other: Score | Line) -> None:
    for field in other.__dataclass_fields__:
        left, right = getattr(one, field), getattr(other, field)
        if isinstance(left, float) and isinstance(right, float):
            assert math.isclose(left, right, rel_tol=NEAR, abs_tol=NEAR), field
        else:
            assert left == right, field
