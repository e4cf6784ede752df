"""This file tests which accounts `keepwell scores` lists, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import AS_OF, Terminal

pytestmark = pytest.mark.usefixtures("in_november")


def listed(terminal: Terminal, *words: str) -> list[str]:
    """The first word of every account in the table, from top to bottom."""
    shown = terminal.type("scores", "--as-of", AS_OF, *words).out.splitlines()[2:-1]
    return [line.split()[0] for line in shown if not line.startswith(("(ended)", "Not customers"))]


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
    assert rows(starter, "--segment", "nobody") == {}


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
    answer = starter.type("scores", "--as-of", AS_OF, "--segment", "nobody")
    assert (answer.code, "keepwell scores" in answer.out) == (0, True)


def test_a_band_is_one_that_the_card_has_in_whatever_case(starter: Terminal) -> None:
    everyone = rows(starter)
    for band in ("Red", "amber", "GREEN"):
        wanted = {name for name, row in everyone.items() if row["band"] == band.capitalize()}
        assert 0 < len(wanted) < len(everyone)
        assert rows(starter, "--band", band).keys() == wanted
    assert starter.type("scores", "--band", "blue").code == 2


def test_all_lists_who_was_left_out_too(starter: Terminal) -> None:
    shown = starter.type("scores", "--as-of", AS_OF, "--all").out
    names = ("Quayside", "Juniper")
    [trial, gone] = [line for line in shown.splitlines() if line.startswith(names)]
    assert trial.split()[2:] == ["Trial"]
    assert "Former customer (2026-08-31)" in gone
    assert "Not customers" not in shown
    assert "Not customers on" in starter.type("scores", "--as-of", AS_OF).out
    bens = starter.type("scores", "--as-of", AS_OF, "--all", "--owner", "Ben Adeyemi").out
    assert "Former customer (2026-08-31)" in bens
    for others in (["--owner", "Ana Ruiz"], ["--band", "red"]):
        assert "Juniper" not in starter.type("scores", "--as-of", AS_OF, "--all", *others).out


def test_json_says_what_each_account_is(own: Terminal) -> None:
    without, everybody = rows(own), rows(own, "--all")
    assert everybody.keys() - without.keys() == {"A-119", "A-130"}
    gone, one = everybody["A-130"], everybody["A-101"]
    assert one == without["A-101"]
    assert (one["name"], one["account_status"], one["ended"]) == ("Harbour Books", "customer", None)
    assert (gone["name"], gone["account_status"], gone["ended"]) == (
        "Juniper Coworking",
        "former customer",
        "2026-08-31",
    )
    assert (gone["status"], gone["score"], gone["as_of"]) == ("left out", None, AS_OF)
    assert list(gone) == list(one)
    run = own.type("score", "--as-of", AS_OF, "--json").json
    assert (run["accounts"], run["left_out"]) == (28, {"trial": 1, "former customer": 1})
