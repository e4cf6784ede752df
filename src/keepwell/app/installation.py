"""This file holds the installation: the one company that a process serves, with its folder, its database and its DuckDB."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from keepwell.app import databases, workspace
from keepwell.app.manifests import ManifestCache
from keepwell.app.workspace import Workspace
from keepwell.errors import UserError
from keepwell.facts import atomic_files
from keepwell.facts.duckdb_pool import DuckDBPool
from keepwell.facts.leases import Leases
from keepwell.facts.scratch import Scratch
from keepwell.facts.verified import VerifiedFiles


class AlreadyBuilt(UserError):
    """This process serves another installation already; one process serves one company."""

    code = "W120"


@dataclass(frozen=True, eq=False)
class Installation:
    """One company: what its keepwell.yaml says, where its data lie, and the engine that reads them.

    Built once per process by `build`; whatever works below takes it as an argument. What this process has verified of
    data files and manifest stays verified in `verified` and `manifest`.
    """

    workspace: Workspace
    database_url: str
    disk: atomic_files.Disk = field(default_factory=atomic_files.Disk)
    scratch: Scratch = field(init=False)
    duckdb: DuckDBPool = field(init=False)
    leases: Leases = field(init=False)
    verified: VerifiedFiles = field(default_factory=VerifiedFiles, init=False)
    manifest: ManifestCache = field(default_factory=ManifestCache, init=False)
    definitions: dict[str, Any] = field(default_factory=dict, init=False)  # by digest

    def __post_init__(self) -> None:
        object.__setattr__(self, "scratch", Scratch(self.data / "tmp"))
        object.__setattr__(self, "duckdb", DuckDBPool(self.data, scratch=self.scratch))
        object.__setattr__(self, "leases", Leases(self.data / "leases"))

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    @property
    def name(self) -> str:
        return self.workspace.name

    @property
    def zone(self) -> str:
        return self.workspace.zone

    @property
    def currency(self) -> str:
        return self.workspace.currency

    @property
    def mapping(self) -> Path:
        return self.workspace.mapping

    @property
    def cards(self) -> Path:
        return self.workspace.cards

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def is_read_only(self) -> bool:
        """Tell whether the data folder lies where nothing can be written: everything that only reads works there."""
        return not os.access(self.data, os.W_OK)

    @property
    def rejects(self) -> Path:
        return self.data / "rejects"

    @property
    def orphans(self) -> Path:
        return self.data / "orphans"

    @property
    def tmp(self) -> Path:
        """This process's own folder for what it spills and copies."""
        return self.scratch.folder

    def day(self, at: datetime) -> date:
        """Tell which local day a moment falls on."""
        return at.astimezone(ZoneInfo(self.zone)).date()


_building = Lock()
_built: Installation | None = None


def build(
    folder: Path,
    *,
    database_url: str = "",
    disk: atomic_files.Disk | None = None,
    serves_pages: bool = False,
) -> Installation:
    """Build this process's installation from the workspace in `folder`; a second call gives the same one.

    The database is PostgreSQL where `database_url` names it, else SQLite in the folder. Nothing is migrated here: see
    `databases.state`. Raises `workspace.Unusable`, and `AlreadyBuilt` where the process serves another folder or
    database: rebinding would let one thread read the other company's numbers.
    """
    global _built
    settings = workspace.read(folder)
    with _building:
        if _built is not None:
            if (_built.folder, _built.database_url) != (settings.folder, database_url):
                raise AlreadyBuilt(
                    f"This process serves {_built.folder}; {settings.folder} needs a process of its own."
                )
            return _built
        made = Installation(settings, database_url, disk or atomic_files.Disk())
        made.disk.make_folder(made.data)
        databases.configure(database_url, settings.folder, serves_pages=serves_pages)
        _built = made
        return made


def current() -> Installation:
    """Give the installation that this process serves; there is one wherever requests are answered."""
    assert _built is not None, "a process builds its installation before it answers anybody"
    return _built
