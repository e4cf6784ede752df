"""This file holds the mark of a data folder: which installation's data lie in it, and how far its database had come."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from keepwell.errors import IntegrityError
from keepwell.facts import atomic_files
from keepwell.facts.atomic_files import Disk

FILE = "installation.json"


@dataclass(frozen=True)
class Mark:
    """What a data folder says of itself; `batch` and `generation` are those of the manifest after the latest change.

    The mark is written after the database, so a database that is whole is never behind it.
    """

    installation: str
    batch: int = 0
    generation: int = 0


def read(data: Path) -> Mark | None:
    """Read the mark of a data folder; none where it has none. Raises `IntegrityError` where it cannot be read."""
    path = data / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Mark(str(found["installation"]), int(found["batch"]), int(found["generation"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            "is not what was written: it should say which installation this data belongs to.",
            place=str(path),
            way_out="Restore it from a backup. If the database is surely that of this data, remove the file.",
            code="I150",
        ) from error


def write(data: Path, mark: Mark, disk: Disk) -> None:
    """Write the mark, whole or not at all."""
    text = json.dumps(asdict(mark)) + "\n"
    atomic_files.write_text(data / FILE, text, disk)
