"""This file opens JSON, as an array or one object per line; `a.b` names a nested value."""

from __future__ import annotations

import json as standard
from collections.abc import Collection
from itertools import islice
from pathlib import Path

import duckdb

from keepwell.facts.duckdb_session import literal
from keepwell.facts.readers import text
from keepwell.facts.readers.csv import plain_path
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.open_file import OpenFile
from keepwell.facts.readers.unreadable import unreadable

MAX_OBJECT = 1 << 24  # bytes: what DuckDB accepts
SAMPLE = 2_000  # objects; a needed key that is in none of them is looked for in the whole file


def open_file(
    con: duckdb.DuckDBPyConnection,
    file: InputFile,
    format: Format,
    needed: Collection[str],
    scratch: Path,
    limits: Limits,
) -> OpenFile:
    """Open a JSON file; its columns are the keys in a sample, and those of `needed` that are elsewhere. Raises `Unreadable`."""
    path = _without_mark(text.as_utf8(file, format, scratch, max_line=None).path, scratch)
    shape = _shape(path)
    # A line that is not JSON is rejected alone; an array is read in full or not at all.
    careful = ", ignore_errors=true" if shape == "newline_delimited" else ""
    relation = f"read_json_objects({literal(plain_path(path, scratch))}, format='{shape}'{careful}, hive_partitioning=false)"
    try:
        sample = con.execute(f"SELECT json FROM {relation} LIMIT {SAMPLE}").fetchall()
        seen = dict.fromkeys(key for row in sample if row[0] for key in _keys(_parsed(row[0]), ""))
        # Some exports use ids as keys, so that there are as many as objects; those that are needed are found below.
        seen = dict(islice(seen.items(), limits.columns))
        # A key can be missing from the first thousands of objects, as empty ones often are.
        late = [key for key in needed if key not in seen]
        columns = {key: _value(key, seen) for key in (*seen, *_anywhere(con, relation, late))}
    except RecursionError:
        what = "its values are nested too deep, as no export's are"
        raise unreadable("F110", file.name, what, "Export it again, or as CSV.") from None
    except duckdb.OutOfMemoryException:
        what = "takes more memory to read than an import may use"
        raise unreadable("F116", file.name, what, "Split it into smaller files.") from None
    except (duckdb.Error, ValueError) as error:
        reason = str(error).partition("\n")[0]
        if "maximum_object_size" in reason:
            what = "has an object of more than 16 MB, and each row is one object"
            raise unreadable("F116", file.name, what, "Export a list of objects, or CSV.") from None
        raise unreadable("F110", file.name, f"not valid JSON: {reason}") from None
    if not sample:
        raise unreadable("F103", file.name, "has no objects")
    return OpenFile(file, relation, columns, invalid="json IS NULL OR json_type(json) <> 'OBJECT'")


def _without_mark(path: Path, scratch: Path) -> Path:
    """Copy a file without its byte order mark, which DuckDB's JSON reader does not know."""
    with path.open("rb") as handle:
        if handle.read(3) != b"\xef\xbb\xbf":
            return path
        target = scratch / f"{path.name}.unmarked"
        with target.open("wb") as out:
            while chunk := handle.read(text.CHUNK):
                out.write(chunk)
    return target


def _shape(path: Path) -> str:
    """Tell an array from one object per line and from objects over many lines, by how the file begins."""
    with path.open(encoding="utf-8") as handle:
        start = ""
        while not start and (chunk := handle.read(text.CHUNK)):
            start = chunk.lstrip()
        # An array is often one line as long as the file, which must not be read to see how it begins.
        if start.startswith("["):
            return "array"
        # A longer object cannot be read at all, so what it begins with says enough.
        first = (start + handle.read(MAX_OBJECT)).partition("\n")[0].strip()
    try:
        standard.loads(first)
    except ValueError:
        return "newline_delimited" if first.endswith("}") else "unstructured"
    return "newline_delimited"


def _parsed(object_: str) -> object:
    # Only the keys are wanted, and Python converts no number of more than 4,300 digits.
    return standard.loads(object_, parse_int=str, parse_float=str)


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


def _path(*keys: str) -> str:
    """Write the way to a value as a JSON pointer: in `$."key"` DuckDB reads a quote or a star as a sign of its own.

    >>> _path("a", "b/c")
    '/a/b~1c'
    """
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def _value(key: str, seen: Collection[str]) -> str:
    """Write the SQL of a value, by its dotted path or by a key that itself has dots."""
    # Both are tried: an export may flatten `org.id` into a key, or nest `id` in `org`.
    nested = f"json_extract_string(json, {literal(_path(*key.split('.')))})"
    if "." not in key:
        return nested
    whole = literal(_path(key))
    return f"coalesce({nested}, json_extract_string(json, {whole}))"


def _anywhere(con: duckdb.DuckDBPyConnection, relation: str, keys: list[str]) -> list[str]:
    if not keys:
        return []
    exists = ", ".join(
        f"coalesce(bool_or(json_exists(json, {literal(_path(*key.split('.')))})), false)"
        for key in keys
    )
    found = con.execute(f"SELECT {exists} FROM {relation}").fetchall()[0]
    return [key for key, is_there in zip(keys, found, strict=True) if is_there]
