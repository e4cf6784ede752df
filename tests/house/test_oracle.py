"""This file holds that the oracle shares with production what is asked, and nothing that computes
an answer."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_origin

import pytest

from keepwell.health.engines.oracle.values import Value
from tests.house.rooms import SOURCE, named

DEFINITION = "keepwell.health.definition."
OWN = "keepwell.health.engines.oracle"
ORACLE = sorted((SOURCE / "health" / "engines" / "oracle").glob("*.py"))
# What it may import beside the frozen classes of the definition: the rows that it gives, and the
# text of a condition, which says whose card applied and is part of no number.
ALSO = {
    "keepwell.health.engines.protocol": {"Line", "Peers", "Score", "Standing"},
    f"{DEFINITION}condition": {"write"},
}


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Give each module that is imported from, and the name; a whole module has no name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def is_plain(thing: Any) -> bool:
    """Say whether a thing of the definition only holds what is asked: a frozen class, or a type."""
    if inspect.isclass(thing) and dataclasses.is_dataclass(thing):
        return bool(thing.__dataclass_params__.frozen)  # type: ignore[attr-defined]
    return get_origin(thing) in (Literal, Union, UnionType) or isinstance(thing, UnionType)


def not_shared(tree: ast.AST) -> list[str]:
    """List the imports of ours that the oracle is not allowed."""
    found = []
    for module, name in imported(tree):
        is_own = module == OWN or module.startswith(f"{OWN}.")
        if not module.startswith("keepwell") or is_own or name in ALSO.get(module, ()):
            continue
        if not module.startswith(DEFINITION) or not is_plain(
            getattr(importlib.import_module(module), name, None)
        ):
            found.append(f"{module}.{name}")
    return found


def computing() -> tuple[set[str], set[str]]:
    """Give the names of the methods and of the properties of the definition's frozen classes.

    A property that has the name of a field, there or in what the oracle gives and takes, cannot be
    told from it by its name alone, and is left out: `label`, `name` and `table`.
    """
    methods, properties, fields = set(), set(), {field.name for field in dataclasses.fields(Value)}
    for path in (SOURCE / "health" / "definition").glob("*.py"):
        module = importlib.import_module(DEFINITION + path.stem)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if (
                kind.__module__ == module.__name__
                and dataclasses.is_dataclass(kind)
                and is_plain(kind)
            ):
                fields |= {field.name for field in dataclasses.fields(kind)}
                own = {name: each for name, each in vars(kind).items() if name[:1] != "_"}
                methods |= {name for name, each in own.items() if inspect.isfunction(each)}
                properties |= {name for name, each in own.items() if isinstance(each, property)}
    return methods, properties - fields


def asked_to_compute(tree: ast.AST) -> list[str]:
    """List the methods that are called, and the properties that are read, by the names of the
    definition's."""
    methods, properties = computing()
    modules = {path.stem for path in ORACLE}  # a function of the oracle's own may have such a name
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) not in modules
        and (node.attr in properties or (node.attr in methods and node in called))
    ]


@pytest.mark.parametrize("path", ORACLE, ids=named)
def test_the_oracle_imports_frozen_classes_and_computes_by_itself(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not_shared(tree) == []
    assert asked_to_compute(tree) == []


@pytest.mark.parametrize(
    "shared",
    [
        "from keepwell.health.definition.band import band_of",
        "from keepwell.health.definition.scale import line_points",
        "from keepwell.health.definition.scorecard import nominal_shares, walk",
        "from keepwell.health.definition.scale import LEAST_PEERS",
        "from keepwell.health.definition.parents import REVENUE",
        "from keepwell.health.definition import segment",
        "from keepwell.health.definition.segment import applied",
        "from keepwell.health.scoring import scores",
        "from keepwell.health.engines.results import LINES",
        "import keepwell.health.definition.feed",
        "from keepwell.facts import rollup",
    ],
)
def test_what_computes_or_decides_is_not_shared(shared: str) -> None:
    assert not_shared(ast.parse(shared)) != []


@pytest.mark.parametrize(
    "asking",
    [
        "feed.reads_on(as_of, table)",
        "feed.watermark(as_of, table)",
        "feed.starts_on(table)",
        "scale.group(cell)",
        "amendment.applied(root)",
        "measure.has_value_without_rows",
        "measure.expires_in(table)",
        "feed.has_stopped(as_of, table)",
        "feed.stale_for",
        "measure.needs",
        "measure.window.first(on)",
        "measure.column.divisor",
        "measure.per.times",
        "definition.leaves",
        "table.reference(name)",
    ],
)
def test_a_class_of_the_definition_is_not_asked_to_compute(asking: str) -> None:
    assert asked_to_compute(ast.parse(asking)) != []
