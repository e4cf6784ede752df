"""This file writes files so that a power cut leaves either the complete file or none."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

TEMPORARY = ".partial"


class Disk:
    """The calls that writing a file makes. Drills use a disk whose N-th call fails."""

    def write(self, path: Path, writer: Callable[[Path], None]) -> None:
        writer(path)

    def sync(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        os.rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        self.sync(folder)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_folder(self, folder: Path) -> None:
        """Make a folder that is still there after a power cut: its name is in its parent, so that is synced too."""
        # From the top down, as each new name needs its parent to be synced.
        if not folder.is_dir():
            self.make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            self.sync_folder(folder.parent)


def atomic_write(path: Path, writer: Callable[[Path], None], disk: Disk) -> None:
    """Write a file that afterwards either is complete or does not exist, whatever happens in between."""
    # The order matters. The content is synced before the name exists, so that a name which survives a power cut never
    # leads to an empty file. The folder is synced after that: until then the name itself can be lost.
    disk.make_folder(path.parent)
    temporary = partial(path)
    disk.write(temporary, writer)
    disk.sync(temporary)
    disk.rename(temporary, path)
    disk.sync_folder(path.parent)


def write_text(path: Path, text: str, disk: Disk) -> None:
    """Write a text in UTF-8, complete or not at all; line ends stay as they are."""
    write_bytes(path, text.encode("utf-8"), disk)


def write_bytes(path: Path, content: bytes, disk: Disk | None = None) -> None:
    """Put a file in place of what a person may have there, complete or not at all: a full disk leaves what was there.

    A link stays a link, and the file that it leads to keeps its permissions.
    """
    target = path.resolve()

    def fill(temporary: Path) -> None:
        temporary.write_bytes(content)
        if target.exists():
            shutil.copymode(target, temporary)

    try:
        atomic_write(target, fill, disk or Disk())
    except OSError:
        partial(target).unlink(missing_ok=True)
        raise


def partial(path: Path) -> Path:
    """Name the file under which another is written before it gets its name."""
    return path.with_name(path.name + TEMPORARY)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def orphans(folder: Path, listed: Iterable[Path]) -> Iterator[Path]:
    """Find the files under a folder that are not listed, such as interrupted writes leave behind."""
    known = set(listed)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in known:
            yield path
