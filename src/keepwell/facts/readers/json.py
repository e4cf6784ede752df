"""This file opens JSON, as an array or one object a line; dots lead into nested values."""

from __future__ import annotations

import json as standard
from collections.abc import Collection
from pathlib import Path

import duckdb

from keepwell.facts.duckdb_session import literal
from keepwell.facts.readers import text
from keepwell.facts.readers.csv import plain
from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.opened import Opened
from keepwell.facts.readers.unreadable import unreadable

SAMPLE = 2_000  # objects looked at before the whole file is asked whether a key is anywhere


def opened(
    con: duckdb.DuckDBPyConnection,
    file: Found,
    format: Format,
    needed: Collection[str],
    scratch: Path,
) -> Opened:
    """Open a JSON file; `columns` holds those of `needed` that are found, and what else a sample shows. Raises `Unreadable`."""
    sound = text.sound(file, format, scratch, longest=None)
    path = _unmarked(sound.path, scratch)
    shape = _shape(path)
    careful = ", ignore_errors=true" if shape == "newline_delimited" else ""
    relation = f"read_json_objects({literal(plain(path, scratch))}, format='{shape}'{careful}, hive_partitioning=false)"
    try:
        sample = con.execute(f"SELECT json FROM {relation} LIMIT {SAMPLE}").fetchall()
        seen = dict.fromkeys(
            key for row in sample if row[0] for key in _keys(standard.loads(row[0]), "")
        )
        late = [key for key in needed if key not in seen]
        columns = {key: _value(key, seen) for key in (*seen, *_anywhere(con, relation, late))}
    except (duckdb.Error, ValueError, RecursionError) as error:
        raise unreadable(
            "F110",
            file.name,
            "not readable as JSON: " + (str(error).splitlines() or ["nested too deep"])[0],
        ) from None
    if not sample:
        raise unreadable("F103", file.name, "no objects in it")
    return Opened(file, relation, columns, unsound="json IS NULL OR json_type(json) <> 'OBJECT'")


def _unmarked(path: Path, scratch: Path) -> Path:
    """Copy without the byte order mark, which DuckDB's JSON reader does not know."""
    with path.open("rb") as handle:
        if handle.read(3) != b"\xef\xbb\xbf":
            return path
        target = scratch / f"{path.name}.unmarked"
        with target.open("wb") as out:
            while chunk := handle.read(text.CHUNK):
                out.write(chunk)
    return target


def _shape(path: Path) -> str:
    with path.open(encoding="utf-8") as handle:
        first = next((line for line in handle if line.strip()), "").strip()
    if first.startswith("["):
        return "array"
    try:
        standard.loads(first)
    except ValueError:
        return "newline_delimited" if first.endswith("}") else "unstructured"
    return "newline_delimited"


def _keys(value: object, above: str) -> list[str]:
    """List the dotted paths that lead to values.

    >>> _keys({"a": 1, "b": {"c": 2}}, "")
    ['a', 'b.c']
    """
    if not isinstance(value, dict):
        return [above] if above else []
    return [
        path
        for key, inner in value.items()
        for path in _keys(inner, f"{above}.{key}" if above else key)
    ]


def _path(key: str) -> str:
    return "$" + "".join(f'."{part}"' for part in key.split("."))


def _value(key: str, seen: Collection[str]) -> str:
    """The SQL of a value: by its dotted path, or by a key that itself has dots."""
    nested = f"json_extract_string(json, {literal(_path(key))})"
    if "." not in key:
        return nested
    whole = literal(f'$."{key}"')
    return f"coalesce({nested}, json_extract_string(json, {whole}))"


def _anywhere(con: duckdb.DuckDBPyConnection, relation: str, keys: list[str]) -> list[str]:
    if not keys:
        return []
    asked = ", ".join(
        f"coalesce(bool_or(json_exists(json, {literal(_path(key))})), false)" for key in keys
    )
    found = con.execute(f"SELECT {asked} FROM {relation}").fetchall()[0]
    return [key for key, is_there in zip(keys, found, strict=True) if is_there]
