"""This file verifies all of history: every data file, load and score, what pages read, and that they belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import duckdb
import pyarrow.parquet

from keepwell.app.actions import account_tree, audit, datafiles, read_model
from keepwell.app.installation import Installation
from keepwell.app.manifests import FeedHistory
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.intake import Intake
from keepwell.app.models.loads import Load
from keepwell.app.queries import facts, judgements, likelihoods
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import IntegrityError
from keepwell.facts import compaction, contents
from keepwell.facts.datafiles import fields
from keepwell.facts.verified import VerifiedFiles
from keepwell.health.definition.table import Table

Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1
DATABASE = "app database"
ROWS_DIFFER = "I132"  # as of `datafiles.RowsDiffer`
LOAD_DIFFERS = "I133"


@dataclass(frozen=True)
class Problem:
    """One thing that is not what was written: a code for its kind, where it is, and a sentence."""

    code: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True)
class Report:
    """What was verified, and everything that is not what was written."""

    datafiles: int
    rows: int
    loads: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Stored:
    """All rows of the app database about facts and their files, of one moment."""

    manifest: Manifest | None
    files: Sequence[DataFile]
    loads: Sequence[Load]
    extras: Sequence[ExtraColumn]
    feeds: FeedHistory
    typed: Sequence[Intake]


def run(
    *, installation: Installation, by: Actor, at: datetime, progress: Progress | None = None
) -> Report:
    """Verify everything from the beginning, whatever this process has verified before, and list all problems at once.

    Loads go on meanwhile; what they bring after this has begun is not looked at. Raises `IntegrityError` where a stored
    value cannot even be read.
    """
    by.require("import")
    say = progress or (lambda what, done: None)
    with ExitStack() as held:
        # Nobody loads into a folder in which nothing can be written.
        with nullcontext() if installation.is_read_only else datafiles.exclusive_lock(installation):
            stored = _Stored(
                manifest=Manifest.objects.first(),
                files=integrity.stored(DataFile.objects.filter(retired_at=None).order_by("path")),
                loads=integrity.stored(Load.objects.order_by("batch")),
                extras=integrity.stored(ExtraColumn.objects.all()),
                feeds=facts.feed_history(SYSTEM),
                typed=integrity.stored(Intake.objects.order_by("id")),
            )
            generation = stored.manifest.generation if stored.manifest else 0
            held.enter_context(installation.leases.hold(generation))
        problems = [
            *_rows(stored),
            *_files(installation, stored, say),
            *_loads(stored),
            *_typed(stored),
        ]
    named = [problem.place for problem in problems if problem.place != DATABASE]
    problems += [
        Problem(error.code, DATABASE, error.what)
        for error in (
            *read_model.verify(installation),
            *account_tree.verify(),
            *audit.verify(),
            *judgements.verify(SYSTEM),
            *likelihoods.verify(SYSTEM),
        )
        if not any(place in error.what for place in named)
    ]
    report = Report(
        datafiles=len(stored.files),
        rows=sum(each.rows for each in stored.files),
        loads=len(stored.loads),
        problems=tuple(dict.fromkeys(problems)),
    )
    if not installation.is_read_only:
        audit.write(verb="verify", object="workspace", by=by, at=at, problems=len(report.problems))
    return report


def _rows(stored: _Stored) -> Iterator[Problem]:
    """Check each row by its checksum, and that none was lost or added."""
    feeds = integrity.feeds_by_batch(
        stored.feeds.declarations, stored.feeds.event_days, stored.feeds.deliveries
    )
    for file in stored.files:
        yield from _found(partial(integrity.check_datafile, file))
    for load in stored.loads:
        yield from _found(partial(integrity.check_load, load, feeds.get(load.batch, "")))
    yield from _found(
        partial(
            integrity.check_manifest,
            stored.manifest,
            files=[each for each in stored.files if each.kind != DataFile.Kind.RESULTS],
            extras=stored.extras,
            loads=stored.loads,
            first_load=1,
            history=stored.feeds,
            earlier=checksums.NOTHING,
        )
    )


def _found(check: Callable[[], object]) -> Iterator[Problem]:
    try:
        check()
    except IntegrityError as error:
        yield Problem(error.code, DATABASE, error.what)


def _files(installation: Installation, stored: _Stored, say: Progress) -> Iterator[Problem]:
    """Read every data file: its bytes against its SHA-256, its rows against what the manifest says of them."""
    tables, verified = facts.with_extras(stored.extras), VerifiedFiles()
    with installation.duckdb.cursor() as con:
        for nth, each in enumerate(stored.files):
            say(f"Verifying {each.table}", nth / len(stored.files))
            place = f"data/{each.path}"
            damage = verified.damage(installation.data / each.path, each.bytes, each.sha256)
            if damage:
                yield Problem(damage.code, place, damage.what)
            elif not _has_its_rows(con, installation, tables, each):
                what = "does not have the rows that the manifest lists"
                yield Problem(ROWS_DIFFER, place, what)
    say("Verified", 1.0)


def _has_its_rows(
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    tables: dict[str, Table],
    file: DataFile,
) -> bool:
    path = installation.data / file.path
    if file.kind == DataFile.Kind.RESULTS:
        return bool(pyarrow.parquet.read_metadata(path).num_rows == file.rows)
    columns = compaction.COLUMNS.get(file.kind) or fields(tables[file.table])
    types = {each.name: each.type for each in columns}
    found = contents.describe(con, datafiles.rows_of(installation, file), file.kind, types)
    by_batch = {str(batch): list(own) for batch, own in found.contents.items()}
    said = (file.rows, file.content_digest, file.first_account, file.last_account)
    return by_batch == file.contents and said == (
        sum(own.rows for own in found.contents.values()),
        contents.combine(own.digest for own in found.contents.values()),
        found.first_account,
        found.last_account,
    )


def _loads(stored: _Stored) -> Iterator[Problem]:
    """Compare what each load says it brought with what the data files have of it, however often they were merged."""
    rows: dict[tuple[int, str, str], int] = defaultdict(int)
    digests: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for file in stored.files:
        for batch, (count, digest) in file.contents.items():
            rows[int(batch), file.table, file.kind] += count
            digests[int(batch), file.table, file.kind].append(digest)
    in_files = {about: (rows[about], contents.combine(digests[about])) for about in rows}
    brought = {
        (load.batch, table, kind): (count, digest)
        for load in stored.loads
        for table, kind, count, digest in load.contents
    }
    for batch, table, kind in sorted(in_files.keys() | brought.keys()):
        found, wanted = in_files.get((batch, table, kind)), brought.get((batch, table, kind))
        if found != wanted:
            what = f"load {batch} brought {wanted[0] if wanted else 0} rows ({kind}), but the data files have {found[0] if found else 0}, or different ones"
            yield Problem(LOAD_DIFFERS, table, what)


def _typed(stored: _Stored) -> Iterator[Problem]:
    """Check each fact that somebody typed, and that the load exists of which it says that it has it."""
    latest = stored.manifest.batch if stored.manifest else 0
    for row in stored.typed:
        yield from _found(partial(integrity.check_intake, row, latest))
