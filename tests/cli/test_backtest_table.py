"""This file tests `keepwell backtest --table`: what it says of data that others made, of noise, of leaks, and of what cannot be judged."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.test_json import documented
from tests.outside import outside
from tests.terminal import typed

CLAIMS = {"a_little", "yes_with_care", "yes"}


def told(*words: str) -> Any:
    answer = typed("backtest", *words, "--json")
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def by_way(found: Any) -> dict[str, Any]:
    return {each["way"]: each for each in found["results"]}


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def customers(count: int, seed: int = 1, strength: float = 1.0) -> list[dict[str, object]]:
    random = np.random.default_rng(seed)
    use, left = random.normal(size=count), random.random(count)
    return [
        {
            "customer": f"C{nth:04}",
            "use": round(float(use[nth]), 2),
            "plan": random.choice(["basic", "gold"]),
            "left": "yes" if left[nth] < 1 / (1 + np.exp(1 + strength * use[nth])) else "no",
        }
        for nth in range(count)
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "customers.csv", customers(400))


def test_simulated_saas_customers_reach_the_marks_and_set_off_no_alarm() -> None:
    path = outside("pysurvival_saas") / "churn.csv"
    found = told("--table", str(path), "--outcome", "churned", "--leave-out", "months_active")
    ways = by_way(found)
    assert ways["equal"]["auc"] >= 0.79
    assert ways["suggested"]["auc"] >= 0.88
    assert found["leaks"] == []
    weights = [each["suggested_weight"] for each in found["columns"]]
    assert sum(weights) == pytest.approx(100)
    assert min(weights) >= 0
    assert "months_active" not in [each["column"] for each in found["columns"]]


def test_telephone_customers_reach_the_marks_and_set_off_no_alarm() -> None:
    path = outside("ibm_telco") / "wa_churn.csv"
    found = told("--table", str(path), "--outcome", "churn", "--id", "rownames")
    ways = by_way(found)
    assert ways["equal"]["auc"] == pytest.approx(0.82, abs=0.01)
    assert ways["suggested"]["auc"] >= 0.83
    assert ways["suggested"]["against_equal"]["low"] > 0
    assert found["leaks"] == []


def test_what_was_written_down_after_leaving_sets_off_the_alarm() -> None:
    path = outside("isp_contract") / "internet_service_churn.csv"
    found = told("--table", str(path), "--outcome", "churn", "--id", "id", "--equal-weights")
    assert found["leaks"] == ["remaining_contract"]
    (equal,) = found["results"]
    assert equal["verdict"] == "leak"
    assert equal["without_leaks"]["auc"] < equal["auc"]


def test_the_shape_is_the_promised_one(file: Path) -> None:
    found = told("--table", str(file), "--outcome", "left", "--id", "customer")
    assert list(found) == documented("backtest")
    assert found["rows_judged"] == found["rows"] == 400
    assert [each["column"] for each in found["columns"]] == ["use", "plan"]
    assert found["columns"][0]["better"] == "higher"


def test_people_read_first_whether_there_is_enough(file: Path) -> None:
    answer = typed("backtest", "--table", str(file), "--outcome", "left", "--id", "customer")
    lines = answer.stdout.splitlines()
    assert lines[0] == "customers.csv: 400 rows, 400 accounts."
    assert lines[1].startswith("Enough to say something: ")
    assert lines[3].startswith("Equal weights: AUC 0.")
    assert lines[4].startswith("Suggested weights: AUC 0.")
    (use,) = [line.split() for line in lines if line.startswith("use ")]
    assert use[1] == "higher"


@pytest.mark.parametrize("count", [50, 75])
def test_few_customers_get_no_figure(tmp_path: Path, count: int) -> None:
    path = written(tmp_path / "few.csv", customers(count))
    found = told("--table", str(path), "--outcome", "left", "--id", "customer")
    assert found["leavers"] < 30
    assert (found["is_enough"], found["results"], found["columns"]) == (False, [], [])
    said = typed("backtest", "--table", str(path), "--outcome", "left").stdout
    assert "Too few to say anything" in said
    assert "AUC" not in said


def test_all_left(tmp_path: Path) -> None:
    rows = [{**row, "left": 1} for row in customers(100)]
    path = written(tmp_path / "all.csv", rows)
    said = typed("backtest", "--table", str(path), "--outcome", "left", "--id", "customer").stdout
    assert "100 accounts that left and 0 that stayed" in said


def test_noise_is_not_predictive(tmp_path: Path) -> None:
    path = written(tmp_path / "noise.csv", customers(800, strength=0.0))
    ways = by_way(told("--table", str(path), "--outcome", "left", "--id", "customer"))
    assert not {each["verdict"] for each in ways.values()} & CLAIMS


def test_what_is_asked_for_is_judged(file: Path) -> None:
    words = ("--table", str(file), "--outcome", "left", "--id", "customer")
    assert list(by_way(told(*words, "--equal-weights"))) == ["equal"]
    assert list(by_way(told(*words, "--suggest"))) == ["equal", "suggested"]


def test_a_card_is_judged_and_a_broken_one_has_its_faults_named(file: Path, tmp_path: Path) -> None:
    text = (
        "keepwell: 1\nname: tryout\nleast_coverage: 0.5\n"
        "bands: [{name: Green, from: 50, means: healthy}, {name: Red, from: 0, means: at risk}]\n"
        "health:\n  - {measure: use, weight: 1, table: usage, take: count, window: 28 days, missing: skip, "
        "points: {worst: -2, best: 2}}\n"
    )
    card = tmp_path / "card.yaml"
    card.write_text(text)
    words = ("--table", str(file), "--outcome", "left", "--id", "customer", "--card", str(card))
    found = told(*words)
    assert list(by_way(found)) == ["card", "equal"]
    assert found["card"] == {"name": "tryout", "columns": {"use": "use"}, "without_column": []}
    card.write_text(text.replace("take: count", "take: cuont"))
    answer = typed("backtest", *words)
    assert answer.exit_code == 1
    assert "card.yaml:6" in answer.stderr


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (
            ("--outcome", "lfet"),
            2,
            "--outcome: the file has no column `lfet`. Did you mean `left`?",
        ),
        (("--outcome", "left", "--id", "cust"), 2, "--id: the file has no column `cust`"),
        (("--outcome", "left", "--leave-out", "usee"), 2, "--leave-out: the file has no column"),
        (("--outcome", "plan"), 1, "found `basic, gold`. Name the value that means left"),
        ((), 2, "--outcome COLUMN"),
    ],
)
def test_what_cannot_be_is_said(file: Path, words: tuple[str, ...], code: int, what: str) -> None:
    answer = typed("backtest", "--table", str(file), *words)
    assert (answer.exit_code, what in answer.stderr) == (code, True), answer.stderr


def test_a_date_of_leaving_is_no_outcome_and_says_what_is(tmp_path: Path) -> None:
    rows = [
        {**row, "left_on": f"2025-01-{nth % 28 + 1:02}"} for nth, row in enumerate(customers(90))
    ]
    path = written(tmp_path / "dates.csv", rows)
    answer = typed("backtest", "--table", str(path), "--outcome", "left_on")
    assert answer.exit_code == 1
    assert "left_on: holds dates, and who left is told by a column of yes and no." in answer.stderr


def test_several_rows_of_an_account_say_when_it_counts_as_left(tmp_path: Path) -> None:
    rows = [{**row, "month": month} for row in customers(100) for month in (1, 2)]
    path = written(tmp_path / "months.csv", rows)
    words = ("backtest", "--table", str(path), "--outcome", "left")
    first = typed(*words, "--id", "customer").stdout.splitlines()[0]
    assert first == "months.csv: 200 rows, 100 accounts. An account left where any row of its own says so."  # fmt: skip
    assert "any row of its own" not in typed(*words).stdout


def test_what_is_for_a_file_alone_says_so() -> None:
    answer = typed("backtest", "--suggest")
    assert answer.exit_code == 2
    assert "--suggest is for a file of customers: --table FILE" in " ".join(answer.stderr.split())
    answer = typed("backtest", "card.yaml", "--table", "customers.csv")
    assert answer.exit_code == 2
    assert "CARD is for the accounts of a workspace" in " ".join(answer.stderr.split())


def test_hostile_names_and_cells_reach_no_terminal(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    hostile = ["\x1b[2Jgone", "=HYPERLINK(1)", "[red]x[/red]", "\u202egpj"]
    rows = [{**row, "\x1b]0;x\x07[bold]": random.choice(hostile)} for row in customers(400)]
    path = written(tmp_path / "\x1b[31m[bold]$(x).csv", rows)
    answer = typed("backtest", "--table", str(path), "--outcome", "left", "--id", "customer")
    assert answer.exit_code == 0, answer.stderr
    assert not set(answer.stdout) & {"\x1b", "\x07", "\u202e"}
    assert "[bold]$(x).csv" in answer.stdout


def test_an_id_among_the_columns_and_one_value_in_all_rows_are_left_out(tmp_path: Path) -> None:
    rows = [{"row": nth, "one": 7, **row} for nth, row in enumerate(customers(400))]
    path = written(tmp_path / "c.csv", rows)
    found = told("--table", str(path), "--outcome", "left", "--id", "customer")
    assert {each["column"]: each["why"] for each in found["left_out"]} == {
        "row": "identifier",
        "one": "constant",
    }
    said = typed("backtest", "--table", str(path), "--outcome", "left").stdout
    assert "`row` is not judged: it seems to number the rows or accounts." in said
    assert "`customer` is not judged: it is text with 400 different values. If it is the account's id, name it with --id." in said  # fmt: skip
