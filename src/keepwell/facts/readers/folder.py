"""This file finds the files that a mapping names, and never one outside the folder that was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from keepwell.errors import Fault, did_you_mean
from keepwell.facts.readers.unreadable import Unreadable, unreadable

KINDS = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".xlsx": "excel", ".xlsm": "excel", ".xlsb": "excel", ".xls": "excel",
    ".ods": "excel", ".json": "json", ".ndjson": "json", ".jsonl": "json", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
MOST_FILES = 10_000


@dataclass(frozen=True)
class Found:
    """A file, and the name by which reports call it."""

    name: str
    path: Path


def leads_outside(pattern: str) -> bool:
    """Whether a name or pattern could reach beyond the folder.

    >>> leads_outside("2026/events_*.csv"), leads_outside("../x.csv"), leads_outside("s3://bucket/x.csv")
    (False, True, True)
    """
    path = PurePosixPath(pattern)
    return (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in pattern
        or ":" in pattern[:2]
        or "://" in pattern
    )


def listed(paths: Path | Sequence[Path]) -> tuple[Found, ...]:
    """List the files of a folder, or those given by name, in order of their names; raises `Unreadable`."""
    given = [paths] if isinstance(paths, Path) else list(paths)
    found: list[Found] = []
    for path in given:
        if not path.exists():
            raise unreadable("F101", str(path), "no such file or folder")
        found += _inside(path) if path.is_dir() else [Found(path.name, path.resolve())]
    if len(found) > MOST_FILES:
        raise unreadable("F101", str(given[0]), f"more than {MOST_FILES} files")
    return tuple(sorted(found, key=lambda file: file.name))


def _inside(folder: Path) -> list[Found]:
    """The files under a folder, without hidden ones and without links that lead out of it."""
    root = folder.resolve()
    found = []
    for path in root.rglob("*"):
        inside = path.relative_to(root)
        hidden = any(part.startswith((".", "~$")) for part in inside.parts)
        if not hidden and path.is_file() and path.resolve().is_relative_to(root):
            found.append(Found(inside.as_posix(), path))
    return found


def matching(pattern: str, files: Sequence[Found]) -> tuple[Found, ...]:
    """Pick the files that a pattern names: by path within the folder, else by name alone.

    >>> matching("*.csv", [Found("a.csv", Path("a.csv")), Found("b.json", Path("b.json"))])
    (Found(name='a.csv', path=...Path('a.csv')),)
    """
    exact = tuple(file for file in files if file.name == pattern)
    by_path = tuple(file for file in files if _matches(file.name, pattern))
    by_name = tuple(
        file for file in files if "/" not in pattern and _matches(file.path.name, pattern)
    )
    return exact or by_path or by_name


def _matches(name: str, pattern: str) -> bool:
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def wanted(pattern: str, files: Sequence[Found], place: Fault) -> tuple[Found, ...]:
    """Pick the files of a pattern; raises `Unreadable` with the place in the mapping if there are none."""
    found = matching(pattern, files)
    if not found:
        way_out = did_you_mean(pattern, [file.name for file in files]) or "The folder has no files."
        raise Unreadable(
            (
                Fault(
                    "F101",
                    place.file,
                    place.line,
                    place.path,
                    "no file is called",
                    pattern,
                    way_out,
                ),
            )
        )
    return found
