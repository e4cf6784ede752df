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
MAX_FILES = 10_000


@dataclass(frozen=True)
class InputFile:
    """A file to import, and its name in reports."""

    name: str
    path: Path


def leads_outside(pattern: str) -> bool:
    """Tell whether a name or pattern could match something outside the folder.

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


def list_files(paths: Path | Sequence[Path]) -> tuple[InputFile, ...]:
    """List the files of a folder, or those given one by one, sorted by name; raises `Unreadable`.

    Hidden files are left out, and so are links that lead out of the folder.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    found: list[InputFile] = []
    for path in given:
        if not path.exists():
            raise unreadable("F101", str(path), "no such file or folder")
        if not path.is_dir():
            found.append(InputFile(path.name, path.resolve()))
            continue
        root = path.resolve()
        for file in root.rglob("*"):
            inside = file.relative_to(root)
            # `~$` is how Excel calls the lock of an open file.
            is_hidden = any(part.startswith((".", "~$")) for part in inside.parts)
            if not is_hidden and file.is_file() and file.resolve().is_relative_to(root):
                found.append(InputFile(inside.as_posix(), file))
    if len(found) > MAX_FILES:
        raise unreadable("F101", str(given[0]), f"more than {MAX_FILES} files")
    return tuple(sorted(found, key=lambda file: file.name))


def matching(pattern: str, files: Sequence[InputFile]) -> tuple[InputFile, ...]:
    """Pick the files that a pattern names: by their path within the folder, or else by name alone.

    >>> matching("*.csv", [InputFile("a.csv", Path("a.csv")), InputFile("b.json", Path("b.json"))])
    (InputFile(name='a.csv', path=...Path('a.csv')),)
    """
    # A name can contain brackets, which a pattern gives a meaning.
    exact = tuple(file for file in files if file.name == pattern)
    by_path = tuple(file for file in files if _matches(file.name, pattern))
    by_name = tuple(
        file for file in files if "/" not in pattern and _matches(file.path.name, pattern)
    )
    return exact or by_path or by_name


def _matches(name: str, pattern: str) -> bool:
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def require_matching(
    pattern: str, files: Sequence[InputFile], place: Fault
) -> tuple[InputFile, ...]:
    """Pick the files of a pattern; raises `Unreadable`, with the pattern's place in the mapping, if there are none."""
    found = matching(pattern, files)
    if not found:
        way_out = did_you_mean(pattern, [file.name for file in files]) or "The folder is empty."
        what = "there is no file"
        fault = Fault("F101", place.file, place.line, place.path, what, pattern, way_out)
        raise Unreadable((fault,))
    return found
