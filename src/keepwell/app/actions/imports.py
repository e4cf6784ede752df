"""This file imports files: a mapping says what they mean, staging sorts their rows, a load keeps what is new."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from keepwell.app.actions import intake, loads, rejects, table_changes
from keepwell.app.actions.loads import Comparison
from keepwell.app.actions.row_counts import Counts
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, snapshots
from keepwell.app.queries import rejects as reject_lists
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Fault, Invalid
from keepwell.facts import data_warnings, export_files, mapping, row_changes, staging
from keepwell.facts.data_warnings import DataWarning
from keepwell.facts.duckdb_session import quoted
from keepwell.facts.mapping.document import MAX_BYTES
from keepwell.facts.schema import TABLES

LOG = logging.getLogger(__name__)

Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1
STAGING = 0.5  # its share of the whole, by the clock


@dataclass(frozen=True)
class Summary:
    """What an import did. `batch` is none where it brought nothing new; `rejects` is the file that lists the rejected rows."""

    batch: int | None
    counts: tuple[Counts, ...]
    warnings: tuple[DataWarning, ...]
    rejects: Path | None

    @property
    def received(self) -> int:
        return sum(count.received for count in self.counts)

    @property
    def accepted(self) -> int:
        return sum(count.accepted for count in self.counts)

    @property
    def repeated(self) -> int:
        return sum(count.repeated for count in self.counts)

    @property
    def rejected(self) -> int:
        return sum(count.rejected for count in self.counts)


class Stopped(Invalid):
    """The import was stopped before anything was loaded; `summary` says what it would have done."""

    code = "L110"

    def __init__(self, sentence: str, summary: Summary) -> None:
        super().__init__(sentence)
        self.summary = summary


class NothingAccepted(Stopped):
    """Not one row could be used."""


class NotClean(Stopped):
    """The import was to be strict, and there were rejected or suspicious rows."""


def run(
    *,
    installation: Installation,
    paths: Path | Sequence[Path],
    by: Actor,
    at: datetime,
    mapping_file: Path | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Import a folder, or files one by one, as the mapping says (the workspace's own where none is given).

    All of it is loaded or nothing is; lists of what imports rejected 90 days ago go at the end. Raises `mapping.InvalidMapping`, `reading.Unreadable`, `NothingAccepted`, with
    `strict` also `NotClean`, and what `loads.load` raises.
    """
    by.require("import")
    file = mapping_file or installation.mapping
    text = _text(file)
    intake.move(installation=installation, by=by, at=at)
    places = [paths] if isinstance(paths, Path) else paths
    with installation.duckdb.isolated(places) as con:
        with snapshots.take(SYSTEM, installation) as snapshot:
            known_rates = snapshot.rates(con)
        stage = staging.stage(
            con,
            mapping.read(text, file.name),
            paths,
            known_accounts=accounts.ids(SYSTEM),
            known_rates=known_rates,
            zone=installation.zone,
            currency=installation.currency,
            at=at,
            progress=_first_half(progress),
        )
        watch = _Watch(con, installation, at, strict)
        batch, comparison = loads.load(
            stage, con=con, installation=installation, by=by, at=at, mapping=hashlib.sha256(text.encode()).hexdigest(),
            look=watch.look, rejects=watch.place, progress=_second_half(progress),
        )  # fmt: skip
    try:
        rejects.remove_expired(installation=installation, by=by, at=at)
    except Exception:  # the import is done, and the next one tries again
        LOG.exception("the lists of rejected rows whose time has come were not removed")
    return replace(watch.summary(comparison), batch=batch)


def _text(file: Path) -> str:
    """Read the mapping's text; raises `mapping.InvalidMapping` where there is none."""
    if not file.is_file():
        way_out = "Write one, or let `keepwell import --suggest` propose one."
        raise mapping.InvalidMapping(
            (Fault("M000", str(file), 0, "", "there is no mapping here", "", way_out),)
        )
    if file.stat().st_size > MAX_BYTES:
        raise mapping.InvalidMapping(
            (
                Fault(
                    "M002",
                    file.name,
                    0,
                    "",
                    "larger than 1 MB",
                    "",
                    "A mapping is a page or two of text.",
                ),
            )
        )
    return file.read_text(encoding="utf-8-sig", errors="replace")


@dataclass
class _Watch:
    """Sees what would be loaded before it is: writes the rejected rows down, looks for warnings, and stops where it must."""

    con: duckdb.DuckDBPyConnection
    installation: Installation
    at: datetime
    strict: bool
    warnings: tuple[DataWarning, ...] = ()

    @property
    def place(self) -> Path:
        return reject_lists.path(SYSTEM, self.installation, self.at)

    def look(self, comparison: Comparison) -> None:
        if comparison.rejected:
            export_files.write(
                self.con, f"FROM {comparison.stage.rejected} ORDER BY file, line", self.place
            )
        if not comparison.accepted + comparison.repeated:
            sentence = f"None of the {sum(count.received for count in comparison.counts)} rows could be used; nothing was changed."
            raise NothingAccepted(sentence, self.summary(comparison))
        known, day = _standing(self.con, comparison), self.installation.day(self.at)
        self.warnings = data_warnings.find(self.con, known, day=day, feeds=comparison.stage.feeds)
        if self.strict and (comparison.rejected or self.warnings):
            sentence = f"{comparison.rejected} rows rejected and {len(self.warnings)} warnings; with --strict nothing was changed."
            raise NotClean(sentence, self.summary(comparison))

    def summary(self, comparison: Comparison) -> Summary:
        return Summary(
            None, comparison.counts, self.warnings, self.place if comparison.rejected else None
        )


def _standing(con: duckdb.DuckDBPyConnection, comparison: Comparison) -> dict[str, str]:
    """Name for each table its rows as they will be. Of usage only what the import brings: there can be too much of the rest."""
    changed = {each.table.name: each for each in comparison.table_changes}
    known = {}
    for name in TABLES:
        query = ""
        if name in changed:
            query = table_changes.standing_rows(changed[name])
        elif name != "usage" and (existing := comparison.snapshot.existing(name)).facts:
            query = f"FROM {row_changes.current(comparison.snapshot.tables[name], existing)}"
        if query:
            con.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(f'standing_{name}')} AS {query}")
            known[name] = quoted(f"standing_{name}")
    return known


def _first_half(progress: Progress | None) -> Progress | None:
    return progress and (lambda what, done: progress(what, done * STAGING))


def _second_half(progress: Progress | None) -> Progress | None:
    return progress and (lambda what, done: progress(what, STAGING + done * (1 - STAGING)))
