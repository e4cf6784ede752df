"""This file holds the shapes of JSON: they are promised to whoever reads them, so they change only on purpose."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.conftest import AS_OF, Terminal
from tests.house.rooms import ROOT

SCORE = [
    "run_id",
    "kind",
    "account_id",
    "as_of",
    "card",
    "version",
    "through_batch",
    "score",
    "computed_score",
    "band",
    "meaning",
    "override",
    "coverage",
    "freshness_days",
    "status",
    "trend",
    "move",
    "late_feeds",
    "name",
    "account_status",
    "ended",
]
MEASURE = [
    "account_id",
    "as_of",
    "card",
    "version",
    "path",
    "measure",
    "value",
    "points",
    "weight",
    "effective_weight",
    "contribution",
    "missing",
    "data_age_days",
    "never",
    "rejected_rows",
    "rejected_of",
    "rejected_in",
    "empty_rows",
    "empty_of",
]
NODE = [
    "path",
    "name",
    "title",
    "kind",
    "points",
    "weight",
    "effective_weight",
    "contribution",
    "value",
    "never",
    "target",
    "missing",
    "is_stale",
    "data_age_days",
    "carried_days",
    "rejected",
    "empty",
    "move",
    "playbook",
    "children",
]


def test_scores_have_the_promised_shape(starter: Terminal) -> None:
    rows = starter.type("scores", "--json").json
    assert all(list(row) == SCORE for row in rows)
    assert {row["as_of"] for row in rows} == {AS_OF}


def test_explain_nests_the_promised_shape(starter: Terminal) -> None:
    def check(branch: dict[str, object]) -> None:
        assert list(branch) == NODE
        children = branch["children"]
        assert isinstance(children, list)
        for child in children:
            check(child)

    answer = starter.type("explain", "Harbour Books", "--json").json
    check(answer["tree"])
    assert (answer["account_id"], answer["band"]) == ("A-101", "Green")


def test_every_part_of_an_explanation_names_an_entry_of_the_tree(starter: Terminal) -> None:
    def paths(branch: dict[str, Any]) -> set[str]:
        return {branch["path"]}.union(*map(paths, branch["children"]))

    answer = starter.type("explain", "Brightwater", "--json").json
    assert {part["kind"] for part in answer["parts"]} >= {"biggest_drag", "biggest_contributor"}
    assert {part["path"] for part in answer["parts"]} <= paths(answer["tree"])


def test_exported_measures_have_the_promised_columns(starter: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "measures.csv"
    assert starter.type("export", "measures", "--out", str(out)).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == MEASURE
    assert len(rows) == 28 * 8


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "ndjson"])
@pytest.mark.parametrize("what", ["scores", "measures", "facts"])
def test_an_export_is_written_in_the_format_of_its_ending(
    starter: Terminal, tmp_path: Path, what: str, ending: str
) -> None:
    out = tmp_path / f"{what}.{ending}"
    said = starter.type("export", what, "--out", str(out), "--json").json
    rows = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
    assert rows == said["rows"] > 0
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_the_facts_of_one_table_have_its_own_columns(starter: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "usage.parquet"
    assert starter.type("export", "facts", "--table", "usage", "--out", str(out)).code == 0
    columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{out}'").fetchall()]
    assert columns[:6] == ["id", "account_id", "at", "user", "feature", "quantity"]


def test_an_error_is_answered_in_json_too(fresh: Terminal) -> None:
    answer = fresh.type("score", "--json")
    assert answer.code == 1
    assert list(answer.json) == ["code", "error", "place", "got", "way_out", "faults"]


@pytest.mark.parametrize(
    "command",
    [
        "import",
        "publish",
        "score",
        "status",
        "check",
        "export",
        "catalogue",
        "init",
        "migrate",
        "rebuild",
    ],
)
def test_each_answer_has_the_keys_that_the_page_shows(
    own: Terminal, tmp_path: Path, command: str
) -> None:
    card = str(own.folder / "cards/health.yaml")
    words = {
        "import": ["import", str(own.folder / "exports")],
        "publish": ["publish", card, "--note", "again"],
        "score": ["score", "--as-of", AS_OF],
        "status": ["status"],
        "check": ["check", card],
        "export": ["export", "scores", "--out", str(tmp_path / "scores.csv")],
        "catalogue": ["catalogue", "products_in_use"],
        "init": ["init", str(tmp_path / "ours")],
        "migrate": ["migrate"],
        "rebuild": ["rebuild"],
    }[command]
    answer = own.type(*words, "--json")
    assert answer.code == 0, answer.err
    assert list(answer.json) == documented(command)


def documented(command: str) -> list[str]:
    """The keys of the first JSON block under the command's heading in docs/json.md, or of the first row where it is a list."""
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.split(f"\n## keepwell {command}\n")[1].split("\n## ")[0]
    found = re.search(r"```json\n(.*?)```", section, re.S)
    assert found, f"docs/json.md shows no answer of {command}"
    shown = json.loads(found[1])
    return list(shown[0] if isinstance(shown, list) else shown)
