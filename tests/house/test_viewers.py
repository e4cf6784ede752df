"""This file holds that every query is told who looks, and every action who acts: permission then has one place to act in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.rooms import SOURCE

# Steps of actions, called by other actions alone: who acts is known to those.
STEPS = {
    "account_tree", "bulk_writes", "circumstances", "compaction", "datafiles", "engines", "feed_tables", "feeds", "landmark_scores", "legacy_scores", "locks", "people", "rejected_rows", "row_counts",
    "run_counts", "score_writer", "table_changes", "table_files",
}  # fmt: skip
# What answers nothing about accounts.
UNSEEN = {
    "contacts.attended": "reads a meeting that it is handed",
    "happenings.of_band": "tells of two scores that it is handed",
    "happenings.of_row": "tells of a row that it is handed",
    "happenings.said": "puts words to an event that it is handed",
    "touchpoints.last_touch": "tells of an account that it is handed",
    "touchpoints.touch_overdue": "tells of an account that it is handed",
    "books.notices": "sorts the accounts that it is handed",
    "today.decided": "tells of an account that it is handed",
    "changes.left_out": "makes one side of a change of what it is handed",
    "facts_compared.compared": "compares rows that it is handed",
    "facts.with_extras": "gives tables the columns that it is handed",
    "jobs.is_dead": "compares two moments",
    "snapshots.verify": "compares files with their checksums",
}
# What changes nothing that a person did, each with its reason.
NOBODYS = {
    "accounts.follow_owners": "a step of giving accounts to people",
    "accounts.lock": "a step of whatever changes accounts",
    "accounts.read": "a step of imports and previews",
    "accounts.revenue_by_day": "a step of scoring",
    "accounts.save": "a step of imports",
    "accounts.stored": "names the files that accounts are read from",
    "audit.verify": "answers what is not as it was written",
    "jobs.hear": "a step of whoever does work",
    "jobs.take": "a step of whoever does work",
    "loads.compare": "a step of imports",
    "migrations.is_safe": "answers whether a command may migrate by itself",
    "read_model.follow_scores": "a step of scoring",
    "read_model.verify": "answers what is not as it was written",
    "scorecards.read": "a step of publishing and scoring",
    "users.address": "reads an address",
    "users.words": "reads a name or a team",
}


def public(folder: str) -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Every function of a room that does not begin with an underscore."""
    for path in sorted((SOURCE / "app" / folder).glob("*.py")):
        if path.stem != "__init__":
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield path, node


def is_told_who_looks(function: ast.FunctionDef) -> bool:
    first = next(iter(function.args.args), None)
    return first is not None and _is(first, "viewer", "Viewer")


def is_told_who_acts(function: ast.FunctionDef) -> bool:
    return any(_is(each, "by", "Actor") for each in function.args.kwonlyargs)


def _is(argument: ast.arg, name: str, kind: str) -> bool:
    return argument.arg == name and ast.unparse(argument.annotation or ast.Constant("")) == kind


def test_every_query_is_told_who_looks() -> None:
    without = {
        f"{path.stem}.{function.name}"
        for path, function in public("queries")
        if not is_told_who_looks(function)
    }
    assert without == set(UNSEEN)


def test_every_action_is_told_who_acts() -> None:
    without = {
        f"{path.stem}.{function.name}"
        for path, function in public("actions")
        if path.stem not in STEPS and not is_told_who_acts(function)
    }
    assert without == set(NOBODYS)


def test_a_function_that_is_told_of_nobody_would_be_found() -> None:
    (query, action) = ast.parse("def ids(): ...\ndef set(*, by: str): ...").body
    assert isinstance(query, ast.FunctionDef)
    assert isinstance(action, ast.FunctionDef)
    assert not is_told_who_looks(query)
    assert not is_told_who_acts(action)
