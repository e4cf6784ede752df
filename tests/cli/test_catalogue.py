"""This file tests `keepwell catalogue`: what it lists, what it says of one metric, and how it adds one to a card."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, STARTER, Terminal
from tests.cli.test_json import documented


@pytest.fixture
def card(starter: Terminal, tmp_path: Path) -> Path:
    """A copy of the starter's card, noted as published."""
    copy = tmp_path / "health.yaml"
    shutil.copy(STARTER / "cards/health.yaml", copy)
    copy.write_text(
        copy.read_text(encoding="utf-8") + "# published as version 1\n", encoding="utf-8"
    )
    return copy


def test_all_metrics_are_listed_outside_a_workspace_too(tmp_path: Path) -> None:
    listed = Terminal(tmp_path).type("catalogue")
    assert listed.code == 0
    assert "seats_in_use" in listed.out
    assert "Next: keepwell catalogue seats_in_use" in listed.out
    found = Terminal(tmp_path).type("catalogue", "--json").json
    assert len(found) >= 60
    assert {each["lacks"] for each in found} == {None}


def test_a_search_that_finds_one_shows_it_in_full(starter: Terminal) -> None:
    assert (
        starter.type("catalogue", "--search", "paydex").out
        == starter.type("catalogue", "credit_score").out
    )
    shown = starter.type("catalogue", "credit_score").out
    for text in (
        "80, which means paid on time (Dun & Bradstreet",
        "Beware",
        "Not loaded yet",
        "where: name = paydex",
    ):
        assert text in shown


def test_the_list_is_a_line_a_metric_by_area(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = Terminal(tmp_path).type("catalogue").out.splitlines()
    found = Terminal(tmp_path).type("catalogue", "--json").json
    assert len(lines) == len(found) + len({each["area"] for each in found}) + 1
    assert all(len(line) <= 80 for line in lines[:-1])
    assert lines[0] == "Product usage and entitlement  (--area usage)"
    assert lines[1].split("  ")[0] == "seats_in_use"
    assert lines[1].endswith("Seats in use" + " " * 28)
    for each in found:
        (line,) = (line for line in lines if line.startswith(each["name"] + " "))
        assert each["title"] in line


def test_a_search_finds_what_people_call_things(starter: Terminal) -> None:
    said = starter.type("catalogue", "--search", "ROI").out
    assert said.startswith("Customer value and outcomes  (--area value)\n")
    assert "return_on_investment" in said
    assert "Also called" in starter.type("catalogue", "return_on_investment").out
    shown = starter.type("catalogue", "return_on_investment", "--json").json
    assert list(shown) == documented("catalogue")
    assert shown["also"] == ["ROI", "payback", "value delivered", "business case"]


def test_a_search_and_an_area_narrow_the_list(starter: Terminal) -> None:
    found = starter.type("catalogue", "--search", "own past", "--area", "usage", "--json").json
    assert {each["area"] for each in found} == {"usage"}
    assert {"use_to_own_past", "active_days_to_own_past"} <= {each["name"] for each in found}
    assert starter.type("catalogue", "--search", "no such words", "--json").json == []


def test_the_answer_in_json_is_one_metric_with_its_formula(starter: Terminal) -> None:
    shown = starter.type("catalogue", "seats_in_use", "--json").json
    assert shown["formula"] == {
        "table": "usage", "take": "distinct user", "window": "28 days", "per": "seat", "points": {"worst": 0.2, "best": 0.8},
    }  # fmt: skip
    assert shown["needs"] == [
        {"table": "usage", "columns": ["user"], "words": {}},
        {"table": "contracts", "columns": ["unit", "units"], "words": {}},
    ]
    assert shown["lacks"] == []
    assert (shown["indicator"], shown["rhythm"], shown["is_manual"]) == (
        "leading",
        "monthly",
        False,
    )


def test_what_a_workspace_lacks_is_listed_by_table_and_column(
    starter: Terminal, fresh: Terminal
) -> None:
    lacks = {
        each["name"]: each["lacks"]
        for each in starter.type("catalogue", "--area", "adoption", "--json").json
    }
    assert lacks["feature_breadth"] == []
    assert lacks["products_in_use"] == [{"table": "usage", "columns": ["product"], "words": {}}]
    assert lacks["integrations_connected"] == [{"table": "readings", "columns": [], "words": {}}]
    empty = fresh.type("catalogue", "seats_in_use", "--json").json["lacks"]
    assert empty == [
        {"table": "usage", "columns": [], "words": {}},
        {"table": "contracts", "columns": [], "words": {}},
    ]


def test_a_metric_is_added_as_a_shadow_and_changes_no_score(own: Terminal, card: Path) -> None:
    explained = ("explain", "A-109", "--as-of", AS_OF, "--card", str(card), "--json")
    before = own.type(*explained).json["score"]
    said = own.type(
        "catalogue", "--add", "champions", str(card), "--group", "relationships", "--json"
    ).json
    assert said == {
        "card": str(card),
        "metric": "champions",
        "path": "relationships.champions",
        "weight": 0,
        "lacks": [],
    }
    after = own.type(*explained).json
    group = next(child for child in after["tree"]["children"] if child["name"] == "relationships")
    shadow = next(child for child in group["children"] if child["name"] == "champions")
    assert after["score"] == before
    assert (shadow["weight"], shadow["contribution"], shadow["missing"]) == (0, 0, None)
    assert card.read_text(encoding="utf-8").endswith("# published as version 1\n")


def test_adding_a_metric_says_what_has_to_be_loaded(starter: Terminal, card: Path) -> None:
    said = starter.type(
        "catalogue", "--add", "products_in_use", str(card), "--group", "adoption", "--weight", "2"
    )
    assert "adoption.products_in_use" in said.out
    assert "usage (product)" in said.out
    assert starter.type("check", str(card)).code == 0


def test_words_that_a_company_may_say_differently_are_named(starter: Terminal, card: Path) -> None:
    shown = starter.type("catalogue", "gone_live", "--json").json
    assert shown["needs"] == [
        {
            "table": "milestones",
            "columns": ["milestone", "reached_on"],
            "words": {"milestone": ["go live"]},
        }
    ]
    assert shown["lacks"] == [
        {"table": "milestones", "columns": [], "words": {"milestone": ["go live"]}}
    ]
    assert starter.type("catalogue", "decision_maker_recommendation", "--json").json["lacks"] == []
    said = starter.type("catalogue", "--add", "gone_live", str(card), "--group", "value").out
    assert "milestones (milestone: go live)" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["pulse"], 1, "--group usage"),
        (["pulse", "--group", "usag"], 1, "Did you mean `usage`?"),
        (["active_days", "--group", "value"], 1, "usage.active_days"),
        (["puls", "--group", "value"], 1, "Did you mean `pulse`?"),
        (["pulse", "--group", "value", "--search", "x"], 2, "--add"),
    ],
)
def test_what_is_not_added_leaves_the_card_as_it_was(
    starter: Terminal, card: Path, words: list[str], code: int, said: str
) -> None:
    before = card.read_bytes()
    rejected = starter.type("catalogue", "--add", words[0], str(card), *words[1:])
    assert (rejected.code, said in rejected.err) == (code, True), rejected.err
    assert card.read_bytes() == before


def test_nothing_is_added_to_a_card_with_faults(starter: Terminal, card: Path) -> None:
    card.write_text(
        card.read_text(encoding="utf-8").replace("take: active days", "take: active hours"),
        encoding="utf-8",
    )
    before = card.read_bytes()
    rejected = starter.type("catalogue", "--add", "pulse", str(card), "--group", "value", "--json")
    assert rejected.code == 1
    assert rejected.json["faults"][0]["got"] == "active hours"
    assert card.read_bytes() == before


@pytest.mark.parametrize("words", [["--area", "weather"], ["--group", "usage"], ["--weight", "3"]])
def test_options_without_a_meaning_are_wrong_use(starter: Terminal, words: list[str]) -> None:
    assert starter.type("catalogue", *words).code == 2


def test_a_missing_file_is_wrong_use(starter: Terminal, tmp_path: Path) -> None:
    assert starter.type("catalogue", "--add", "pulse", str(tmp_path / "none.yaml")).code == 2
