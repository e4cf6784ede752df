"""This file holds how the terminal says that rows were rejected, on the starter company, of whose rows nine are."""

from __future__ import annotations

import csv
from pathlib import Path

from keepwell.cli import rejected_rows
from tests.cli.conftest import AS_OF, Terminal

LACKING = "A-104"  # of whose two tickets one has an hour that does not exist


def test_scoring_says_of_how_many_accounts_rows_were_rejected(own: Terminal) -> None:
    answer = own.type("score", "--as-of", AS_OF)
    found = own.type("score", "--as-of", AS_OF, "--json").json["accounts_with_rejected_rows"]
    assert found == 6
    assert rejected_rows.sentence(6) in answer.out.replace("\n", " ")


def test_the_sentence_about_accounts() -> None:
    assert rejected_rows.sentence(1) == (
        "1 account has rejected rows among their measures, so their coverage is lower."
    )


def test_an_explanation_says_which_measure_lacks_rows(starter: Terminal) -> None:
    answer = starter.type("explain", LACKING, "--as-of", AS_OF, "--json").json
    (tickets,) = (
        leaf
        for group in answer["tree"]["children"]
        for leaf in group["children"]
        if leaf["rejected"]
    )
    told = {"rows": 1, "of": 2, "imports": [1]}
    assert (tickets["name"], tickets["missing"]) == ("escalations", "rows_rejected")
    assert tickets["rejected"] == told
    (part,) = (part for part in answer["parts"] if part["path"] == tickets["path"])
    assert (part["kind"], part["reading"]["rejected"]) == ("not_scored", told)
    assert answer["coverage"] < 1
    said = starter.type("explain", LACKING, "--as-of", AS_OF).out
    assert "1 of 2 rows rejected in import 1" in " ".join(said.split())


def test_exports_carry_what_was_rejected(starter: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "measures.csv"
    assert starter.type("export", "measures", "--out", str(out)).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rejected_rows"]]
    own = [row for row in rows if row["account_id"] == LACKING]
    assert [(row["rejected_rows"], row["rejected_of"], row["rejected_in"]) for row in own] == [
        ("1", "2", "1")
    ]
    assert len({row["account_id"] for row in rows}) == 6
