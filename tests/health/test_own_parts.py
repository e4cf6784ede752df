"""This file tests parents that are among their own children, on both engines: who is, by which card, among which peers, and how it is explained."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.compile.customers import NEVER_ENDS, Contracts, Terms
from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Linear, Peers, Scale
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.definition.segment import Amendment, Segment
from keepwell.health.definition.window import Window
from keepwell.health.engines import current_rows
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.oracle.customers import is_running
from keepwell.health.engines.protocol import Line, Result
from keepwell.health.explain import effects, score_change, summary, tree
from keepwell.health.explain.tree import Branch
from tests.book import engines

AS_OF = date(2026, 3, 1)
BEGAN = date(2025, 1, 1)
BANDS = (Band("Green", 70.0, "healthy"), Band("Amber", 40.0, "watch"), Band("Red", 0.0, "at risk"))
HARDLY = Rule("cap", 30.0, Compare("uses", "<", Decimal(5)), "They hardly come.")
Rows = Mapping[str, Sequence[dict[str, Any]]]


def row(table: str, on: date, account: str, **cells: Any) -> dict[str, Any]:
    """One stored row, with what a load adds."""
    found = {column.name: None for column in current_rows.stored(TABLES[table])}
    return found | {
        "account_id": account, "feed": "all", "batch": 1, "on": on, "known_on": on,
        "loaded_at": datetime(2026, 3, 1), **cells,
    }  # fmt: skip


def account(name: str, parent: str | None = None, **cells: Any) -> dict[str, Any]:
    return row(
        "accounts", BEGAN, name, parent_id=parent, valid_from=BEGAN, started_on=BEGAN, **cells
    )


def contract(nth: int, name: str, amount: int = 100, **cells: Any) -> dict[str, Any]:
    on = cells.get("starts_on", BEGAN)
    amounts = {"annual_amount": Decimal(amount), "annual_amount_given": Decimal(amount)}
    return row("contracts", on, name, id=str(nth), **{"starts_on": on} | amounts | cells)


def uses(name: str, times: int) -> list[dict[str, Any]]:
    on = AS_OF - timedelta(days=5)
    return [row("usage", on, name, id=f"{name}{nth}", user=f"u{nth}", at=datetime(2026, 2, 24, 9, nth)) for nth in range(times)]  # fmt: skip


def card(scale: Scale | None = None, **more: Any) -> Definition:
    counted = Measure(
        "uses", "usage", "count", scale or Linear(0, 10), Window(28), least_tenure_days=28
    )
    root = Group("health", (Leaf(counted, 1.0),), rules=more.pop("rules", ()))
    return Definition("card", root, BANDS, 0.5, **{"parents": Parents("revenue")} | more)


def feeds(**late: Any) -> tuple[Feed, ...]:
    every = Feed("all", ("accounts", "usage"), "all", BEGAN, 7, (AS_OF,), (), AS_OF)
    billing = replace(every, name="billing", tables=("contracts",), **late)
    return every, billing


@contextmanager
def both(
    rows: Rows, told: tuple[Feed, ...] | None = None, rejected: Rows | None = None
) -> Iterator[list[Any]]:
    """The two engines over the same facts."""
    told = told or feeds()
    of_billing = [each | {"feed": "billing"} for each in rows["contracts"]]
    every = {name: list(rows.get(name, ())) for name in TABLES} | {"contracts": of_billing}
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDB(engines.write(TABLES, every, told, 1, Path(folder), False, rejected))
        yield [Oracle(TABLES, every, told, 1, rejected), engine]
        engine.close()


def lines(result: Result, name: str = "group") -> dict[str, Line]:
    return {line.path: line for line in result.lines() if line.account_id == name}


GROUP: Rows = {
    "accounts": [account("group", segment="enterprise"), account("shop", "group")],
    "contracts": [contract(1, "group", 100), contract(2, "shop", 300)],
    "usage": [*uses("group", 4), *uses("shop", 8)],
}


@pytest.mark.parametrize(
    ("own", "runs"),
    [
        ({}, True),
        ({"kind": "recurring"}, True),
        ({"kind": "services"}, False),
        ({"kind": "trial"}, False),
        ({"ends_on": AS_OF}, True),  # on its last day
        ({"ends_on": AS_OF - timedelta(days=1)}, False),
        ({"starts_on": AS_OF - timedelta(days=1)}, True),
        ({"starts_on": AS_OF}, False),  # what begins today is known tomorrow
    ],
)
def test_an_account_is_among_its_children_while_a_recurring_line_of_its_own_runs(
    own: dict[str, Any], runs: bool
) -> None:
    line = {"on": own.get("starts_on", BEGAN), "kind": None, "ends_on": None} | own
    assert is_running([line], AS_OF) == runs
    of_line = np.zeros(int(line["kind"] in (None, "recurring")), np.intp)
    starts, ends = (
        np.full(len(of_line), day, "datetime64[D]")
        for day in (line["on"], line["ends_on"] or NEVER_ENDS)
    )
    nothing = Terms(
        *(np.array([], kind) for kind in (np.intp, "datetime64[D]", "datetime64[D]", bool))
    )
    recurring = Terms(of_line, starts, ends, np.zeros(len(of_line), bool))
    known = Contracts(np.array([BEGAN], "datetime64[D]"), recurring, nothing, nothing)
    assert bool(known.running(AS_OF)[0]) == runs
    with both(GROUP | {"contracts": [contract(1, "group", **own), contract(2, "shop")]}) as asked:
        for engine in asked:
            assert ("own:" in lines(engine.score(card(), AS_OF))) == runs


def unread(name: str | None, first: date | None, ends: date | None = None) -> dict[str, Any]:
    """A contract line that was rejected, as far as it could be read."""
    return {
        "key": f"{name} {first} {ends}", "account_id": name, "feed": "billing", "first_on": first, "last_on": first,
        "ends_on": ends, "is_healed": False, "batch": 1,
    }  # fmt: skip


def test_an_own_line_that_was_rejected_keeps_the_account_among_its_children() -> None:
    rows = GROUP | {"contracts": [contract(2, "shop", 300)]}
    with both(rows, rejected={"contracts": [unread("group", BEGAN)]}) as asked:
        for engine in asked:
            found = lines(engine.score(card(), AS_OF))
            assert found["own:"].effective_weight == 0  # what it pays is not known
            assert found["child:shop"].effective_weight == 1
    with both(rows, rejected={"contracts": [unread("group", BEGAN, date(2026, 2, 1))]}) as asked:
        for engine in asked:  # it had ended
            assert "own:" not in lines(engine.score(card(), AS_OF))


def test_a_late_feed_of_contracts_ends_nobodys_line() -> None:
    ended = {
        "contracts": [
            contract(1, "group", 100, ends_on=date(2026, 2, 20)),
            contract(2, "shop", 300),
        ]
    }
    late = feeds(deliveries=(date(2026, 2, 15),), through=date(2026, 2, 15), stale_for_days=60)
    with both(GROUP | ended, late) as asked:
        for engine in asked:
            assert "own:" in lines(engine.score(card(), AS_OF))


def test_the_own_part_reads_nobody_below_and_weighs_its_own_lines() -> None:
    with both(GROUP) as asked:
        for engine in asked:
            result = engine.score(card(), AS_OF)
            found = lines(result)
            assert set(lines(result, "shop")) == {"", "uses"}  # nobody is below it
            assert set(score_change.state(card(), list(found.values()), {}).values) == {"uses"}
            assert (found["own:uses"].value, found["uses"].value) == (4.0, 12.0)
            assert (found["own:"].weight, found["own:"].effective_weight) == (100.0, 0.25)
            assert found["child:shop"].weight == 300.0
            assert math.isclose(found[""].points or 0.0, 0.25 * 40 + 0.75 * 80)


def test_rules_act_in_the_own_part_and_bands_do_not() -> None:
    held = card(rules=(HARDLY,), hysteresis=10.0)
    with both(GROUP) as asked:
        for engine in asked:
            result = engine.score(held, AS_OF, {"group": "Green"})
            found, scores = lines(result), {score.account_id: score for score in result.scores()}
            assert (found["own:"].points, found["own:"].label) == (30.0, None)
            assert found["own:rule_1"].contribution == -10 * 0.25
            assert scores["group"].score == 0.25 * 30 + 0.75 * 80  # the cap does not act again
            assert scores["group"].band == "Green"  # held, by the account's one band


def test_the_own_part_has_the_card_of_its_accounts_segment() -> None:
    large = Segment(
        "large", Compare("segment", "=", "enterprise"), Amendment((), (("uses", Linear(0, 5)),))
    )
    with both(GROUP) as asked:
        for engine in asked:
            found = lines(engine.score(card(segments=(large,)), AS_OF))
            assert (found["own:"].points, found["child:shop"].points) == (80.0, 80.0)


def test_a_parent_counts_once_among_peers_with_the_value_that_is_shown() -> None:
    others = [f"o{nth:02}" for nth in range(20)]
    rows: Rows = {
        "accounts": [*GROUP["accounts"], *map(account, others)],
        "contracts": [
            *GROUP["contracts"],
            *(contract(10 + nth, name) for nth, name in enumerate(others)),
        ],
        "usage": [
            *GROUP["usage"],
            *(each for nth, name in enumerate(others) for each in uses(name, nth % 12)),
        ],
    }
    with both(rows) as asked:
        for engine in asked:
            result = engine.score(card(Peers("")), AS_OF)
            (frozen,) = result.peers["uses"].values()
            assert set(result.peers) == {"uses"}
            assert sorted(frozen) == sorted([12.0, 8.0, *(float(nth % 12) for nth in range(20))])
            below = sum(1.0 if value < 4 else 0.5 if value == 4 else 0.0 for value in frozen)
            assert math.isclose(lines(result)["own:uses"].points or 0.0, below / 22 * 100)


def test_an_own_part_without_enough_coverage_is_an_unscored_child() -> None:
    young = [account("group") | {"started_on": AS_OF - timedelta(days=9)}, account("shop", "group")]
    with both(GROUP | {"accounts": young}) as asked:
        for engine in asked:
            result = engine.score(card(parents=Parents("count")), AS_OF)
            found = lines(result)
            assert (found["own:"].missing, found["own:"].effective_weight) == ("not_scored", 0.0)
            assert found["own:uses"].missing == "too_young"
            (group,) = [score for score in result.scores() if score.account_id == "group"]
            assert (group.score, group.coverage) == (80.0, 0.5)


@pytest.mark.parametrize("only", [["group"], ["shop"], ["group", "shop"]])
def test_a_few_accounts_have_what_all_have(only: list[str]) -> None:
    with both(GROUP) as (_, engine):
        for _ in range(2):  # compiled, and then from the cache
            whole = engine.score(card(), AS_OF)
            few = engine.score(card(), AS_OF, only=only)
            assert few.lines() == [line for line in whole.lines() if line.account_id in only]
            assert few.scores() == [s for s in whole.scores() if s.account_id in only]


def explained(definition: Definition, rows: Rows = GROUP) -> tuple[Branch, summary.Summary]:
    with both(rows) as (oracle, _):
        result = oracle.score(definition, AS_OF)
    root = tree.tree(definition, list(lines(result).values()), {"shop": "Shop"})
    (score,) = [each for each in result.scores() if each.account_id == "group"]
    return root, summary.of("Group", score, root, definition)


def test_the_account_itself_is_a_child_with_a_tree_of_its_own() -> None:
    root, found = explained(card(rules=(HARDLY,)))
    itself, shop, *_ = root.children
    assert [each.title for each in root.accounts()] == ["The account itself", "Shop"]
    assert (itself.revenue, shop.revenue) == (100.0, 300.0)
    assert [child.line.path for child in itself.children] == ["own:uses", "own:rule_1"]
    assert math.isclose(
        sum(child.line.contribution for child in itself.children), itself.line.contribution
    )
    # The measures and rules of the card are those of everybody together, each once.
    assert [leaf.line.path for leaf in root.leaves()] == ["uses"]
    assert [rule.line.path for rule in root.rules()] == ["rule_1"]
    assert [(part.kind, part.path) for part in found.parts] == [
        ("biggest_drag", "own:"),
        ("biggest_contributor", "child:shop"),
    ]


def test_the_account_itself_is_summed_up_in_points_of_its_own_score() -> None:
    root, _ = explained(card(rules=(HARDLY,)))
    alone = root.itself()
    assert alone is not None
    assert (alone.line.effective_weight, alone.line.contribution) == (1.0, 30.0)
    assert [(child.line.contribution) for child in alone.children] == [40.0, -10.0]
    assert alone.rules() is not None
    assert next(alone.leaves()).points_lost == 60.0


def test_what_pays_nothing_has_nothing_to_sum_up() -> None:
    free = {"contracts": [contract(1, "group", 0), contract(2, "shop", 300)]}
    root, _ = explained(card(), GROUP | free)
    assert [child.line.kind for child in root.accounts()] == ["own", "child"]
    assert root.itself() is None
    assert explained(card(parents=Parents("count")))[0].children[0].revenue is None


def test_an_own_contract_is_one_effect_of_another_card() -> None:
    before, after = (
        explained(card(parents=how))[0] for how in (Parents("revenue"), Parents("count"))
    )
    found = effects.between(before, after)
    assert {(each.path, round(each.points, 9)) for each in found} == {
        ("own:", 10.0),
        ("child:shop", -20.0),
    }


def test_many_dates_have_what_each_has_alone_where_own_lines_begin_and_end() -> None:
    ended, dates = date(2026, 2, 10), [AS_OF - timedelta(days=7 * nth) for nth in (5, 4, 1, 0)]
    rows: Rows = {
        "accounts": [account("a"), account("b", "a"), *GROUP["accounts"]],
        "contracts": [contract(3, "a", 50, ends_on=ended), contract(4, "b"), *GROUP["contracts"]],
        "usage": [*uses("a", 2), *GROUP["usage"]],
    }
    with both(rows) as (oracle, engine):
        for result in engine.scores(card(), dates):
            assert result.lines() == engine.score(card(), result.as_of).lines()
            for name in ("a", "group"):
                seen, told = lines(result, name), lines(oracle.score(card(), result.as_of), name)
                assert {path: line.value for path, line in seen.items()} == {
                    path: line.value for path, line in told.items()
                }


def test_an_own_part_does_not_read_who_was_asked_for_before() -> None:
    (leaf,) = card().root.children
    assert isinstance(leaf, Leaf)
    alone = replace(leaf, measure=replace(leaf.measure, scope="own"))
    narrow = replace(card(), root=Group("health", (alone,)))
    with both(GROUP) as (_, engine):
        engine.score(narrow, AS_OF, only=["shop"])
        assert lines(engine.score(narrow, AS_OF))["own:uses"].value == 4.0
