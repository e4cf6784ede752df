"""This file holds that only interfaces read the clock: below them time is an argument."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.rooms import SOURCE, named, sources

INTERFACES = (("cli",), ("app", "api"), ("app", "web"))
CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "localtime", "gmtime"}
OWNERS = {"datetime", "date", "time", "timezone", "dt"}


def clock_reads(tree: ast.AST) -> list[int]:
    """Find `datetime.now()`, `date.today()`, `time.time()`, `timezone.now()` and `from time import time`."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    owned = [
        call.lineno for call in calls
        if isinstance(call, ast.Attribute) and call.attr in CLOCKS and isinstance(call.value, ast.Name | ast.Attribute)
        and (call.value.id if isinstance(call.value, ast.Name) else call.value.attr) in OWNERS
    ]  # fmt: skip
    imported = [
        node.lineno for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time" and {name.name for name in node.names} & CLOCKS
    ]  # fmt: skip
    return owned + imported


def below_the_interfaces() -> list[Path]:
    return [
        path
        for path in sources()
        if not any(path.relative_to(SOURCE).parts[: len(each)] == each for each in INTERFACES)
    ]


def test_below_the_interfaces_nothing_reads_the_clock() -> None:
    reads = [
        f"{named(path)}:{line}"
        for path in below_the_interfaces()
        for line in clock_reads(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert reads == []


def test_a_read_of_the_clock_would_be_found() -> None:
    assert clock_reads(ast.parse("from datetime import date\nday = date.today()")) == [2]
    assert clock_reads(ast.parse("import datetime\nat = datetime.datetime.now()")) == [2]
    assert clock_reads(ast.parse("from time import time")) == [1]
