"""This file holds leases: a sign on disk that somebody reads the data files of one generation of the manifest."""

from __future__ import annotations

import errno
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".lease"
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class Lease:
    """A reader's claim on the data files that were listed at a generation, or later, until it is released."""

    def __init__(self, generation: int) -> None:
        self.generation, self.is_open = generation, True


class Leases:
    """The open leases of all processes that read one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def hold(self, generation: int) -> Iterator[Lease]:
        """Keep data files that a later generation replaces from being removed, for as long as this is entered."""
        lease = Lease(generation)
        path: Path | None
        descriptor: int | None
        try:
            path, descriptor = self._locked(generation)
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise
            # Where nothing can be written, whoever reads has no way to tell others of it.
            path = descriptor = None
        try:
            yield lease
        finally:
            lease.is_open = False
            if path is not None and descriptor is not None:
                path.unlink(missing_ok=True)
                os.close(descriptor)  # the lock goes with it

    def oldest(self) -> int | None:
        """Give the generation of the oldest open lease; removes the files of processes that died."""
        generations = []
        for path in self.folder.glob(f"*{SUFFIX}"):
            with suppress(FileNotFoundError):
                descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
                except BlockingIOError:
                    generations.append(int(path.name.partition("-")[0]))
                finally:
                    os.close(descriptor)
        return min(generations, default=None)

    def _locked(self, generation: int) -> tuple[Path, int]:
        """Make a lease's file and lock it. The operating system ends the lock with the process, however that ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = self.folder / f"{generation}-{uuid.uuid4().hex}{SUFFIX}"
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            # Between the two calls above the file looks abandoned, and somebody may have removed it.
            with suppress(FileNotFoundError):
                if path.stat().st_ino == os.fstat(descriptor).st_ino:
                    return path, descriptor
            os.close(descriptor)
