"""This file holds a disk that forgets what was not synced, and fails at a call of one's choice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections

from keepwell.facts.atomic_files import Disk


class PowerCut(BaseException):
    """The machine stops here. No `except Exception` in the house may get in its way."""


class Failure(OSError):
    """One call fails, and the program goes on."""


class FragileDisk(Disk):
    """A disk on which only what was synced survives. Its `fails_at`-th call, or database statement, raises `failing`.

    A file that was not synced is empty after a power cut; a rename is undone, and a new folder is gone, unless
    the folder in which the name stands was synced.
    """

    def __init__(self, fails_at: int = 0, failing: type[BaseException] = PowerCut) -> None:
        self.fails_at, self.failing = fails_at, failing
        self.steps: list[str] = []
        self.unsynced: set[Path] = set()
        self.renames: list[tuple[Path, Path]] = []
        self.folders: list[Path] = []
        self.is_dead = False

    def step(self, what: str) -> None:
        """Count a call; the chosen one fails, and after a power cut there are no more."""
        if self.is_dead:
            raise self.failing(f"after the failure: {what}")
        self.steps.append(what)
        if len(self.steps) == self.fails_at:
            self.is_dead = issubclass(self.failing, PowerCut)
            raise self.failing(what)

    def write(self, path: Path, writer: Callable[[Path], None]) -> None:
        writer(path)
        self.unsynced.add(path)
        try:
            self.step(f"write {path.name}")
        except BaseException:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            raise

    def sync(self, path: Path) -> None:
        self.step(f"sync {path.name}")
        super().sync(path)
        self.unsynced.discard(path)
        self.renames = [
            (source, target) for source, target in self.renames if target.parent != path
        ]
        self.folders = [folder for folder in self.folders if folder.parent != path]

    def rename(self, source: Path, target: Path) -> None:
        self.step(f"rename {target.name}")
        super().rename(source, target)
        self.renames.append((source, target))
        if source in self.unsynced:
            self.unsynced.remove(source)
            self.unsynced.add(target)

    def remove(self, path: Path) -> None:
        self.step(f"remove {path.name}")
        super().remove(path)

    def make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self.step(f"make {folder.name}")
            self.folders.append(folder)
        super().make_folder(folder)

    def watch_database(self) -> None:
        """Let writing statements and commits count as calls too. The database itself keeps its promises."""
        connection = connections["default"]
        commit = connection.commit

        def stepped_commit() -> None:
            self.step("commit")
            commit()
            self.step("committed")

        connection.commit = stepped_commit
        connection.execute_wrappers.append(self._stepped_statement)

    def _stepped_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            self.step(sql.split("(")[0][:40])
        return execute(sql, params, many, context)

    def lose_power(self) -> None:
        """Leave on the disk what would be there when the machine comes back."""
        for path in self.unsynced:
            if path.exists():
                path.write_bytes(b"")
        for source, target in reversed(self.renames):
            if target.exists():
                target.rename(source)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
