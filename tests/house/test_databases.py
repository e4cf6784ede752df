"""This file holds that every action and query is tried on PostgreSQL too, though most tests run on SQLite alone."""

from __future__ import annotations

import re

import pytest

from tests.house.rooms import ROOT, SOURCE

TESTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (ROOT / "tests" / "app").glob("test_*.py")
}
MARK = re.compile(r'mark\.both_databases|"postgresql"')
# These are called by loads and runs alone, or, as a demo, are nothing else.
WITHIN_OTHERS = {
    "account_tree",
    "row_counts",
    "run_counts",
    "bulk_writes",
    "circumstances",
    "legacy_scores",
    "contract_history",
    "spells",
    "undated_values",
    "landmark_scores",
    "current_lines",
    "demo",
    "feed_tables",
    "table_files",
    "locks",
    "orphans",
}


@pytest.mark.parametrize("name", sorted(TESTS))
def test_tests_of_the_database_run_on_both(name: str) -> None:
    uses_database = re.search(
        r"\binstallation: Installation\b|usefixtures\(\"installation", TESTS[name]
    )
    assert not uses_database or MARK.search(TESTS[name])


def test_every_action_and_query_is_named_where_both_are_used() -> None:
    texts = "\n".join(text for text in TESTS.values() if MARK.search(text))
    modules = {
        path.stem
        for room in ("actions", "queries")
        for path in (SOURCE / "app" / room).glob("*.py")
    }
    modules -= {"__init__", *WITHIN_OTHERS}
    assert {name for name in modules if not re.search(rf"\b{name}\b", texts)} == set()
