"""This file holds scratch folders: where a process spills and copies exports while it works, gone when it ends however it ends."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

LOCK = ".lock"


class Left(NamedTuple):
    """What processes that were killed have left behind."""

    folders: int
    bytes: int


class Scratch:
    """The scratch folder of this process, made at its first use, beside those of others.

    Copies of exports can hold personal notes. So a folder carries a lock that ends with its process, and whoever loads
    next removes the folders that nobody holds any more.
    """

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self._making = Lock()
        self._made: tuple[Path, int, int] | None = None  # the folder, its lock, and whose it is

    @property
    def folder(self) -> Path:
        """This process's own folder."""
        with self._making:
            if self._made is None or self._made[2] != os.getpid():
                self._made = (*self._make(), os.getpid())
                atexit.register(self.close)
            return self._made[0]

    def sweep(self) -> None:
        """Remove the folders of processes that have ended."""
        with suppress(PermissionError):  # those of another user stay, and are counted
            for path in self._abandoned():
                _remove(path)
                _lock_of(path).unlink(missing_ok=True)

    def left_behind(self) -> Left:
        """Count what processes that have ended left behind."""
        sizes = [_size(path) for path in self._abandoned()]
        return Left(len(sizes), sum(sizes))

    def close(self) -> None:
        """Remove this process's own folder; a child process leaves its parent's alone."""
        with self._making:
            if self._made is not None and self._made[2] == os.getpid():
                folder, lock, _ = self._made
                _remove(folder)
                _lock_of(folder).unlink(missing_ok=True)
                os.close(lock)
            self._made = None
        atexit.unregister(self.close)

    def _make(self) -> tuple[Path, int]:
        """Take the lock before there is a folder: one without a lock is taken for abandoned."""
        if not _is_writable(self.parent):
            # Whoever may only read still needs room to sort in: the machine's own folder for that.
            folder = Path(tempfile.mkdtemp(prefix="keepwell-"))
            return folder, os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        self.parent.mkdir(parents=True, exist_ok=True)
        while True:
            folder = self.parent / uuid.uuid4().hex
            path = _lock_of(folder)
            lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_SH)
            # Between the two calls above the lock looks abandoned, and somebody may have removed it.
            with suppress(FileNotFoundError):
                if path.stat().st_ino == os.fstat(lock).st_ino:
                    folder.mkdir()
                    return folder, lock
            os.close(lock)

    def _abandoned(self) -> Iterator[Path]:
        """Find what nobody holds: folders, and whatever earlier versions of Keepwell left here."""
        for path in sorted(self.parent.iterdir()) if self.parent.is_dir() else ():
            if not path.name.endswith(LOCK):
                try:
                    lock = os.open(_lock_of(path), os.O_RDONLY | os.O_CLOEXEC)
                except FileNotFoundError:
                    yield path
                    continue
                with suppress(BlockingIOError), closing(os.fdopen(lock)):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield path


def _is_writable(folder: Path) -> bool:
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return os.access(existing, os.W_OK)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + LOCK)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(each.lstat().st_size for each in files if each.is_file())
