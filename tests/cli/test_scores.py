"""This file tests which accounts `keepwell scores` lists, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import AS_OF, Terminal

pytestmark = pytest.mark.usefixtures("in_november")


def listed(terminal: Terminal, *words: str) -> list[str]:
    """The first word of every account in the table, from top to bottom."""
    shown = terminal.type("scores", "--as-of", AS_OF, *words).out.splitlines()[2:-1]
    return [line.split()[0] for line in shown if not line.startswith(("(ended)", "Left out"))]


def rows(terminal: Terminal, *words: str) -> dict[str, Any]:
    found = terminal.type("scores", "--as-of", AS_OF, *words, "--json").json
    return {row["account_id"]: row for row in found}


def test_filters_keep_what_they_say(starter: Terminal) -> None:
    everyone = rows(starter)
    ana, small, rich = (
        rows(starter, *words)
        for words in (["--owner", "Ana Ruiz"], ["--segment", "small"], ["--revenue", "7000"])
    )
    assert 0 < len(ana) < len(everyone)
    assert 0 < len(rich) < len(everyone)
    assert small.keys() <= everyone.keys()
    assert rows(starter, "--owner", "Ana Ruiz", "--band", "red").keys() <= ana.keys()
    both = rows(starter, "--owner", "Ana Ruiz", "--revenue", "7000")
    assert both.keys() == ana.keys() & rich.keys()
    assert rows(starter, "--owner", "nobody") == {}


def test_a_renewal_within_days_is_one_from_today_on(starter: Terminal) -> None:
    near, nearer = (rows(starter, "--renews-within", days) for days in ("60", "30"))
    assert 0 < len(nearer) < len(near) < len(rows(starter))
    assert nearer.keys() <= near.keys()
    assert "A-123" in nearer  # it renews on 1 December
    assert "A-123" not in rows(starter, "--renews-within", "29")


def test_it_is_sorted_as_asked_and_by_score_below_that(starter: Terminal) -> None:
    assert listed(starter, "--sort", "name") == sorted(listed(starter), key=str.casefold)
    assert listed(starter, "--sort", "revenue") != listed(starter)
    assert listed(starter, "--sort", "move")[0] == "Brightwater"  # it fell most
    assert listed(starter, "--sort", "renewal")[0] == "Sable"


def test_a_list_of_nobody_says_how_to_see_all(starter: Terminal) -> None:
    answer = starter.type("scores", "--as-of", AS_OF, "--owner", "nobody")
    assert (answer.code, "keepwell scores" in answer.out) == (0, True)
