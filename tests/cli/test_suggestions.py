"""This file tests that a first mapping is suggested, can be used as it is, and never overwrites what a person wrote."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.conftest import STARTER, Terminal


@pytest.fixture
def with_exports(fresh: Terminal) -> Terminal:
    shutil.copytree(STARTER / "exports", fresh.folder / "exports", dirs_exist_ok=True)
    return fresh


def test_a_suggested_mapping_imports_most_of_the_starter(with_exports: Terminal) -> None:
    suggested = with_exports.type("import", "--suggest", "--json").json
    written = (with_exports.folder / "mapping.yaml").read_text(encoding="utf-8")
    assert suggested["unsure"] == written.count("# check:") > 0
    summary = with_exports.type("import", "--json").json
    assert summary["accepted"] > 0.9 * summary["received"]
    assert {"accounts", "usage", "contracts", "tickets"} <= {
        source["table"] for source in summary["sources"]
    }


def test_a_mapping_that_is_there_is_not_overwritten(with_exports: Terminal) -> None:
    mapping = with_exports.folder / "mapping.yaml"
    mapping.write_text("# mine\n", encoding="utf-8")
    answer = with_exports.type("import", "--suggest")
    assert answer.code == 1
    assert "mapping.yaml" in answer.err
    assert mapping.read_text(encoding="utf-8") == "# mine\n"


def test_a_suggestion_can_go_elsewhere(with_exports: Terminal) -> None:
    other = with_exports.folder / "other.yaml"
    assert with_exports.type("import", "--suggest", "--mapping", str(other)).code == 0
    assert "sources:" in other.read_text(encoding="utf-8")
    assert with_exports.type("status", "--json").json["load"] is None


def test_nothing_is_written_where_there_is_nothing_to_suggest_from(fresh: Terminal) -> None:
    answer = fresh.type("import", "--suggest")
    assert (answer.code, "no file to suggest a mapping for" in answer.err) == (1, True)
    assert not (fresh.folder / "mapping.yaml").exists()
