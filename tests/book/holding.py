"""This file holds what an engine gave against what a page expects, and tells the changes and moves between its dates."""

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
from keepwell.health.explain import change, trend
from keepwell.health.explain.change import State, Step
from keepwell.health.explain.reading import Reading
from tests.book.expecting import Expected
from tests.book.page import Page

# Scores by a definition on dates, rising, with the facts up to a landing: a result a date.
Engine = Callable[[Definition, Sequence[date], int], Sequence[Result]]


def holds(page: Page, expected: Expected, engine: Engine) -> None:
    """Let an engine score what is expected, and compare."""
    definition, dates = page.cards[expected.version - 1], (*expected.after, expected.as_of)
    if expected.kind == "change":
        _change(page, expected, engine)
        return
    results = engine(definition, dates, expected.through_batch)
    match expected.kind:
        case "scores":
            scores = shown(page, results[-1], definition)
            assert [row.account_id for row in scores] == sorted(
                row["account_id"] for row in expected.rows
            )
            matches(scores, expected.rows)
        case "lines":
            matches(results[-1].lines(), expected.rows)
        case "history":
            _history(page, expected, results)
        case "moves":
            _moves(page, expected, results)


def shown(page: Page, result: Result, definition: Definition) -> list[Any]:
    """The scores as people see them: with an override in place where one stands, and what was computed beside it."""
    found = []
    for score in result.scores():
        override = page.standing(result.as_of).get(score.account_id)
        stands = override.of(score, definition.bands) if override else score
        beside = {
            "computed_score": score.score,
            "computed_band": score.band,
            "override": override and override.said,
        }
        found.append(SimpleNamespace(**vars(stands), **beside))
    return found


def _change(page: Page, expected: Expected, engine: Engine) -> None:
    """Compare the steps of a change; they add up."""
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
        same(got, wanted)


def changed(
    page: Page, expected: Expected, engine: Engine
) -> tuple[change.Side, change.Side, tuple[Step, ...]]:
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
        change.Side(score.score, name, score.override or "")
        for (score, _), name in zip((then, now), names, strict=True)
    ]
    return sides[0], sides[1], change.changed(then[1], now[1])


def _read(reading: Reading | None) -> float | str | None:
    """What a page writes of a value: the number, the word, or the code of why there is none."""
    if reading is None:
        return None
    return reading.missing or reading.label or reading.number


def _side(page: Page, result: Result, definition: Definition, account_id: str) -> tuple[Any, State]:
    """What an account had on a date, and all that it stood on."""
    score = next(each for each in shown(page, result, definition) if each.account_id == account_id)
    own = segment.applied(definition, account_id, score.segment).definition
    lines = [line for line in result.lines() if line.account_id == account_id]
    state = change.state(own, lines, result.peers)
    return score, replace(state, override=score.score if score.override else None)


def _history(page: Page, expected: Expected, results: Sequence[Result]) -> None:
    """Each row is a date, with the score of every account that is named."""
    for wanted, result in zip(expected.rows, results, strict=True):
        assert wanted["as_of"] == str(result.as_of)
        found = {each.account_id: each.score for each in shown(page, result, page.definition)}
        accounts = {name: text for name, text in wanted.items() if name != "as_of"}
        assert set(found) == set(accounts), f"{result.as_of} scores {sorted(found)}"
        same(SimpleNamespace(**found), accounts)


def _moves(page: Page, expected: Expected, results: Sequence[Result]) -> None:
    """The moves up to a date, out of the scores of the dates before."""
    histories: dict[str, dict[date, float | None]] = {}
    for result in results:
        for score in shown(page, result, page.definition):
            histories.setdefault(score.account_id, {})[result.as_of] = score.score
    moves = {
        name: trend.move(history, expected.as_of, page.definition.trend)
        for name, history in histories.items()
    }
    matches(
        [SimpleNamespace(account_id=name, **vars(move)) for name, move in moves.items()],
        expected.rows,
    )


def matches(rows: Sequence[Any], expected: Sequence[dict[str, str]]) -> None:
    """Find each expected row by account and path, and hold it against its text cells."""
    for wanted in expected:
        keys = [key for key in ("account_id", "path") if key in wanted]
        found = [row for row in rows if all(getattr(row, key) == wanted[key] for key in keys)]
        assert len(found) == 1, f"{[wanted[key] for key in keys]} is there {len(found)} times"
        same(found[0], wanted)


def same(found: Score | Any, wanted: dict[str, str]) -> None:
    """Hold one row against its text cells: `60 %`, `66.67` to its decimals, `-` for nothing."""
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
