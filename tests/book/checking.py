"""This file compares what an engine gives with what a page expects: scores, lines, changes,
histories and moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from keepwell.health.definition import segment
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Result, Score
from keepwell.health.explain import score_change, trend
from keepwell.health.explain.reading import Reading
from keepwell.health.explain.score_change import State, Step
from tests.book.expectations import Expected
from tests.book.page import Page

# Scores by a definition on dates, rising, with the facts up to a load: a result for each.
Engine = Callable[[Definition, Sequence[date], int], Sequence[Result]]


def check(page: Page, expected: Expected, engine: Engine) -> None:
    """Score what a page expects, and compare."""
    definition, dates = page.cards[expected.version - 1], (*expected.after, expected.as_of)
    if expected.kind == "change":
        _change(page, expected, engine)
        return
    results = engine(definition, dates, expected.through_batch)
    match expected.kind:
        case "scores":
            scores = with_overrides(page, results[-1], definition)
            assert [row.account_id for row in scores] == sorted(
                row["account_id"] for row in expected.rows
            )
            match_rows(scores, expected.rows)
        case "lines":
            match_rows(results[-1].lines(), expected.rows)
        case "history":
            _history(page, expected, results)
        case "moves":
            _moves(page, expected, results)


def with_overrides(page: Page, result: Result, definition: Definition) -> list[Any]:
    """Give the scores as people see them: an override in place of the computed score, which is kept
    beside it."""
    found = []
    for score in result.scores():
        override = page.overrides_on(result.as_of).get(score.account_id)
        final = override.of(score, definition.bands) if override else score
        beside = {
            "computed_score": score.score,
            "computed_band": score.band,
            "override": override and override.note,
        }
        found.append(SimpleNamespace(**vars(final), **beside))
    return found


def _change(page: Page, expected: Expected, engine: Engine) -> None:
    """Compare the steps of a change, and check that they add up to it."""
    before, after, steps = changed(page, expected, engine)
    if before.score is not None and after.score is not None:
        moved = after.score - before.score
        assert math.isclose(sum(step.points for step in steps), moved, abs_tol=1e-9)
    rows = [
        SimpleNamespace(
            cause=step.cause, path=step.path, points=step.points, before=_read(step.before), after=_read(step.after)
        )
        for step in steps
    ]  # fmt: skip
    assert [(row.cause, row.path) for row in rows] == [
        (row["cause"], row["path"].strip("-")) for row in expected.rows
    ]
    for got, wanted in zip(rows, expected.rows, strict=True):
        match_cells(got, wanted)


def changed(
    page: Page, expected: Expected, engine: Engine
) -> tuple[score_change.Side, score_change.Side, tuple[Step, ...]]:
    """Find the change of one account from the page's first card to the expected one."""
    assert expected.since, "a change has a date before"
    first, second = page.cards[0], page.cards[expected.version - 1]
    before = engine(first, [expected.since], expected.through_batch)[-1]
    after = engine(second, [expected.as_of], expected.through_batch)[-1]
    then, now = (
        _side(page, result, card, expected.account_id)
        for result, card in ((before, first), (after, second))
    )
    names = ["version 1", f"version {expected.version}"]
    if first == second:
        names = [f"the card for {score.segment}" for score, _ in (then, now)]
    sides = [
        score_change.Side(score.score, name, score.override or "")
        for (score, _), name in zip((then, now), names, strict=True)
    ]
    return sides[0], sides[1], score_change.changed(then[1], now[1])


def _read(reading: Reading | None) -> float | str | None:
    """Give what a page writes for a value: the number, the label, or the code of why there
    is none."""
    if reading is None:
        return None
    return reading.missing or reading.label or reading.number


def _side(page: Page, result: Result, definition: Definition, account_id: str) -> tuple[Any, State]:
    """Give the score of an account on a date, and the state that it was computed from."""
    score = next(
        each for each in with_overrides(page, result, definition) if each.account_id == account_id
    )
    own = segment.applied(definition, account_id, score.segment).definition
    lines = [line for line in result.lines() if line.account_id == account_id]
    state = score_change.state(own, lines, result.peers)
    return score, replace(state, override=score.score if score.override else None)


def _history(page: Page, expected: Expected, results: Sequence[Result]) -> None:
    """Compare a history: each row is a date, with the score of every account that it names."""
    for wanted, result in zip(expected.rows, results, strict=True):
        assert wanted["as_of"] == str(result.as_of)
        found = {
            each.account_id: each.score for each in with_overrides(page, result, page.definition)
        }
        accounts = {name: text for name, text in wanted.items() if name != "as_of"}
        assert set(found) == set(accounts), f"{result.as_of} scores {sorted(found)}"
        match_cells(SimpleNamespace(**found), accounts)


def _moves(page: Page, expected: Expected, results: Sequence[Result]) -> None:
    """Compare the moves up to a date, measured over the scores of the dates before."""
    histories: dict[str, dict[date, float | None]] = {}
    for result in results:
        for score in with_overrides(page, result, page.definition):
            histories.setdefault(score.account_id, {})[result.as_of] = score.score
    moves = {
        name: trend.move(history, expected.as_of, page.definition.trend)
        for name, history in histories.items()
    }
    match_rows(
        [SimpleNamespace(account_id=name, **vars(move)) for name, move in moves.items()],
        expected.rows,
    )


def match_rows(rows: Sequence[Any], expected: Sequence[dict[str, str]]) -> None:
    """Find each expected row by account and path, and compare its cells."""
    for wanted in expected:
        keys = [key for key in ("account_id", "path") if key in wanted]
        found = [row for row in rows if all(getattr(row, key) == wanted[key] for key in keys)]
        assert len(found) == 1, f"{[wanted[key] for key in keys]} is there {len(found)} times"
        match_cells(found[0], wanted)


def match_cells(found: Score | Any, wanted: dict[str, str]) -> None:
    """Compare one row with its text cells: `60 %`, `66.67` to its decimals, `-` for nothing."""
    for name, text in wanted.items():
        got = getattr(found, name)
        if text in ("", "-"):
            assert got is None or got is False or got == "", (
                f"{wanted}: {name} should be missing and is {got}"
            )
        elif isinstance(got, bool):
            assert got == (text == "yes"), f"{wanted}: {name} is {got}"
        elif isinstance(got, (int, float)):
            share = text.endswith("%")
            number = float(text.rstrip("% ")) / (100 if share else 1)
            decimals = len(text.rstrip("% ").partition(".")[2]) + 2 * share
            assert abs(got - number) <= (
                0.5000001 * 10**-decimals if "." in text or share else 1e-9
            ), f"{wanted}: {name} is {got}"
        else:
            assert str(got) == text, f"{wanted}: {name} is {got}"
