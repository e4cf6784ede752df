"""This file tests the head of `keepwell explain`, what it says to do next, and `--facts`: the rows behind a number."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented
from tests.cli.test_rejected_rows import LACKING
from tests.house.rooms import ROOT

SAMPLE = ("A-102", "A-121")


def leaves(branch: dict[str, Any]) -> list[dict[str, Any]]:
    own = [branch] if branch["kind"] == "measure" else []
    return own + [leaf for child in branch["children"] for leaf in leaves(child)]


@pytest.mark.parametrize("account", SAMPLE)
def test_every_measure_of_the_card_has_the_rows_of_its_value(
    starter: Terminal, account: str
) -> None:
    """That the rows add up to the number is held in tests/app; here each measure is asked for at a terminal."""
    words = ["explain", account, "--as-of", AS_OF]
    for leaf in leaves(starter.type(*words, "--json").json["tree"]):
        asked = [*words, "--facts", leaf["path"], "--limit", "1000"]
        shown = starter.type(*asked, "--json").json
        (window,) = shown["windows"]
        assert shown["value"] == leaf["value"]
        assert len(window["rows"]) == window["rows_total"]
        if leaf["value"] is not None:
            number = window["number"] / (window["divisor"] or 1)
            assert number == pytest.approx(leaf["value"], abs=1e-9)
        assert starter.type(*asked).code == 0


def test_facts_have_the_promised_shape(starter: Terminal) -> None:
    words = ["explain", "A-102", "--as-of", AS_OF, "--facts", "meetings_held", "--json"]
    answer = starter.type(*words).json
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.split("\n## keepwell explain\n")[1].split("\n## ")[0]
    promised = json.loads(section.split("```json\n")[2].split("```")[0])
    assert list(answer) == list(promised)
    assert list(answer["windows"][0]) == list(promised["windows"][0])
    assert list(answer["windows"][0]["rows"][0]) == list(promised["windows"][0]["rows"][0])
    assert answer["windows"][0]["rows"][0] == promised["windows"][0]["rows"][0]


def test_the_limit_says_how_many_more_there_are(starter: Terminal) -> None:
    words = ["explain", "A-102", "--as-of", AS_OF, "--facts", "meetings_held"]
    said = starter.type(*words, "--limit", "2").out
    assert "1 more row: --limit 3" in said
    assert "more row" not in starter.type(*words, "--limit", "3").out
    assert "1 of 3 rows where status = 'held': 33 %." in said


def test_what_cannot_be_listed_is_one_clear_error(starter: Terminal) -> None:
    words = ["explain", "A-102", "--as-of", AS_OF]
    unknown = starter.type(*words, "--facts", "meetings_hold", "--json")
    assert (unknown.code, unknown.json["code"]) == (1, "S112")
    assert "Did you mean `meetings_held`?" in unknown.json["error"]
    assert "--facts" in starter.type(*words, "--limit", "3").err
    assert starter.type(*words, "--facts", "").code == 1


def test_rejected_rows_of_these_days_are_named(starter: Terminal) -> None:
    words = ["explain", LACKING, "--as-of", AS_OF]
    tree = starter.type(*words, "--json").json["tree"]
    lacking = [leaf for leaf in leaves(tree) if leaf["rejected"]]
    assert lacking
    for leaf in lacking:
        shown = starter.type(*words, "--facts", leaf["name"], "--json").json
        of_it = [each for each in shown["windows"][0]["rejected"] if each["account_id"] == LACKING]
        assert sum(each["rows"] for each in of_it) == leaf["rejected"]["rows"]
        assert {each["import"] for each in of_it} == set(leaf["rejected"]["imports"])
        assert all(each["reason"] for each in of_it)
        assert "Rejected, so not counted" in starter.type(*words, "--facts", leaf["name"]).out


def test_an_explanation_begins_with_where_the_account_stands(starter: Terminal) -> None:
    answer = starter.type("explain", "A-102", "--as-of", AS_OF, "--json").json
    assert list(answer) == documented("explain")
    stands = answer["account"]
    assert (round(stands["revenue"]), stands["currency"], stands["owner"]) == (
        5354,
        "EUR",
        "Ana Ruiz",
    )
    assert (stands["next_renewal_on"], stands["notice_given_on"]) == ("2027-02-01", None)
    assert stands["band_since"] == {"on": AS_OF, "before": "Green"}
    said = starter.type("explain", "A-102", "--as-of", AS_OF).out.splitlines()
    assert "EUR 5,354 a year, owner Ana Ruiz, renews 2027-02-01, notice by" in said[1]
    assert said[2] == f"Red since {AS_OF}, before: Green"
    noticed = starter.type("explain", "A-121", "--as-of", AS_OF)
    assert "Gave notice on 2026-10-05: whatever the score says" in noticed.out
    assert "notice by" not in noticed.out
    # Of the first date nobody knows since when it is so.
    first = starter.type("explain", "A-102", "--as-of", "2026-10-01", "--json").json
    assert first["account"]["band_since"] is None


def test_what_is_not_on_record_is_not_made_up(own: Terminal) -> None:
    """The end of one account's contract is not known."""
    path = own.folder / "exports/billing_lines.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    cells = [
        ["" if ";A-105;" in line and nth == 5 else cell for nth, cell in enumerate(line.split(";"))]
        for line in lines
    ]
    path.write_text("\n".join([header, *map(";".join, cells)]) + "\n", encoding="utf-8")
    assert own.type("import").code == 0
    assert own.type("score", "--as-of", AS_OF).code == 0
    said = own.type("explain", "A-105", "--as-of", AS_OF).out.splitlines()[1]
    assert said.endswith("no renewal on record")
    found = own.type("explain", "A-105", "--as-of", AS_OF, "--json").json["account"]
    assert (found["next_renewal_on"], found["next_notice_on"]) == (None, None)


def test_what_is_at_risk_comes_with_its_playbook(starter: Terminal) -> None:
    answer = starter.type("explain", "A-102", "--as-of", AS_OF, "--json").json
    by_path = {leaf["path"]: leaf for leaf in leaves(answer["tree"])}
    red = {path for path, leaf in by_path.items() if leaf["points"] is not None and leaf["points"] < 50}  # fmt: skip
    assert {step["path"] for step in answer["do_next"]} == red
    assert red < by_path.keys()
    for step in answer["do_next"]:
        assert step["playbook"] == by_path[step["path"]]["playbook"]
    lost = [by_path[step["path"]]["effective_weight"] * (100 - step["points"]) for step in answer["do_next"]]  # fmt: skip
    assert lost == sorted(lost, reverse=True)
    said = starter.type("explain", "A-102", "--as-of", AS_OF).out
    assert said.index("Do next") > said.index("Coverage on")
    assert "Do next" not in starter.type("explain", "A-101", "--as-of", AS_OF).out
