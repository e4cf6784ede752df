"""This file remembers which data files a process has found to be as written, so that each is read for that only once."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import NamedTuple

from keepwell.facts import atomic_files


class Damage(NamedTuple):
    """What is wrong with a data file, with the code of this kind of damage."""

    code: str
    what: str


class VerifiedFiles:
    """The data files that this process has verified. Safe for threads; two of them may verify the same file at once."""

    def __init__(self) -> None:
        self._verified: dict[Path, tuple[int, int, str]] = {}
        self._lock = Lock()

    def damage(self, path: Path, size: int, sha256: str) -> Damage | None:
        """Say what is wrong with a file; reads it only if it has not been verified as it lies there now."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return Damage("I121", "is missing")
        if found.st_size != size:
            return Damage("I122", f"has {found.st_size} bytes instead of {size}")
        seen = (size, found.st_mtime_ns, sha256)
        with self._lock:
            if self._verified.get(path) == seen:
                return None
        if atomic_files.digest(path) != sha256:
            return Damage("I123", "is not what was written (its SHA-256 differs)")
        with self._lock:
            self._verified[path] = seen
        return None

    def forget(self, path: Path) -> None:
        """Forget a file that was removed."""
        with self._lock:
            self._verified.pop(path, None)
