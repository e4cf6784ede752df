"""This file lists intact data files again in a database that has lost them, or is older than they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction
from django.db.models import Max

from keepwell.app import identity
from keepwell.app.actions import audit, datafiles, feeds, read_model
from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.models.people import Person
from keepwell.app.queries import facts
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import IntegrityError
from keepwell.facts import adoption, folder_mark
from keepwell.facts import datafiles as stored
from keepwell.facts.adoption import Found, Left
from keepwell.facts.contents import Content, Footer
from keepwell.facts.data_warnings import PLANS
from keepwell.facts.duckdb_session import quoted
from keepwell.facts.schema import TABLES
from keepwell.facts.verified import VerifiedFiles

LOST_SPACE = "lost"  # of the people whom facts name and nobody knows any more
KINDS = {"VARCHAR": "text", "DATE": "date", "TIMESTAMP": "moment", "BOOLEAN": "flag"}
Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1


class Incomplete(IntegrityError):
    """Some data files are lost or damaged; nothing was listed."""

    code = "I153"


@dataclass(frozen=True)
class Rebuilt:
    """What was listed again: data files and their rows, the loads that the database did not know, and what was left."""

    datafiles: int
    rows: int
    new_loads: tuple[int, ...]
    left: tuple[Left, ...]
    losses: tuple[str, ...]


def run(
    *,
    installation: Installation,
    by: Actor,
    at: datetime,
    accept_losses: bool = False,
    progress: Progress | None = None,
) -> Rebuilt:
    """List the intact data files of the folder, each row once, and describe the loads that the database does not know.

    What only a database holds does not come back: who imported, what was rejected, people's names, and what feeds
    declared, which the next import declares again. Files that are not listed stay where they are until the next load
    sets them aside. Raises `Incomplete` where rows are missing, unless `accept_losses`.
    """
    by.require("import")
    say = progress or (lambda what, done: None)
    with datafiles.exclusive_lock(installation), installation.duckdb.cursor() as con:
        identity.check_may_take_over(installation)
        chosen, left = _chosen(con, installation, say)
        losses = [*adoption.losses(con, chosen), *_differences(chosen)]
        if losses and not accept_losses:
            raise Incomplete(
                "; ".join(losses) + ".",
                way_out="Restore the missing files from a backup, or accept the losses with --accept-losses. Nothing was changed.",
            )
        new = _loads(con, installation, chosen, at)
        people = _highest_person(con, chosen)
        extras = _extra_columns(con, chosen)
        with transaction.atomic():
            identity.take_over(installation)
            _list_again(installation, chosen, new, extras)
            if people > (Person.objects.aggregate(highest=Max("number"))["highest"] or 0):
                # New people get higher numbers than any that facts name already: two people must not become one.
                Person.objects.create(number=people, space=LOST_SPACE, outside_id=f"u{people}")
            audit.write(
                verb="rebuild", object="manifest", by=by, at=at, datafiles=len(chosen), losses=losses
            )  # fmt: skip
        installation.manifest.forget()
        identity.note(installation)
    read_model.rebuild(installation=installation, by=by, at=at)
    rows = sum(each.written.rows for each in chosen)
    return Rebuilt(len(chosen), rows, tuple(load.batch for load in new.loads), tuple(left), tuple(losses))  # fmt: skip


def _chosen(
    con: duckdb.DuckDBPyConnection, installation: Installation, say: Progress
) -> tuple[list[Found], list[Left]]:
    paths = identity.datafiles_in(installation)
    listed = {installation.data / each.path: each for each in DataFile.objects.filter(retired_at=None)}  # fmt: skip
    found: list[Found] = []
    left: list[Left] = []
    for nth, path in enumerate(paths):
        say(f"Reading {path.parent.name}", nth / len(paths))
        line = listed.get(path)
        if line is not None and line.kind == DataFile.Kind.RESULTS:
            continue
        each = adoption.look(con, path)
        if isinstance(each, Left) and line is not None and _is_intact(installation, line):
            each = _as_listed(path, line)
        found += [each] if isinstance(each, Found) else []
        left += [each] if isinstance(each, Left) else []
    mark = folder_mark.read(installation.data)
    # Without a mark nothing says which load was the last that ended.
    latest = max(mark.batch, facts.latest_batch(SYSTEM)) if mark else None
    chosen, rest = adoption.choose(found, latest)
    say("Read", 1.0)
    return chosen, [*left, *rest]


def _is_intact(installation: Installation, line: DataFile) -> bool:
    damage = VerifiedFiles().damage(installation.data / line.path, line.bytes, line.sha256)
    return damage is None and checksums.of_datafile(line) == line.checksum


def _as_listed(path: Path, line: DataFile) -> Found:
    """Take the word of the manifest for a file of an earlier version, which does not say itself what is in it."""
    contents = {int(batch): Content(*own) for batch, own in line.contents.items()}
    written = stored.Written(
        path, line.rows, line.bytes, line.sha256, line.first_on, line.last_on, line.first_account, line.last_account, contents
    )  # fmt: skip
    return Found(Footer(line.table, line.kind, contents), written)


def _differences(chosen: Sequence[Found]) -> list[str]:
    """Say which loads of the database have other rows in the chosen files than they brought."""
    rows: dict[tuple[int, str, str], int] = defaultdict(int)
    digests: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for each in chosen:
        for batch, content in each.written.contents.items():
            rows[batch, each.footer.table, each.footer.kind] += content.rows
            digests[batch, each.footer.table, each.footer.kind].append(content.digest)
    return [
        f"load {load.batch} has other {kind} rows of {table} than it brought"
        for load in integrity.stored(Load.objects.order_by("batch"))
        for table, kind, count, digest in load.contents
        if (rows[load.batch, table, kind], checksums.added(digests[load.batch, table, kind]))
        != (count, digest)
    ]


@dataclass(frozen=True)
class _New:
    """What the database does not know: loads, days on which feeds had events, and those on which they delivered."""

    loads: list[Load]
    days: list[FeedDay]
    deliveries: list[Delivery]


def _loads(
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    chosen: Sequence[Found],
    at: datetime,
) -> _New:
    """Describe the loads that the database does not know by what their rows say; one that only declared feeds has none."""
    known = facts.latest_batch(SYSTEM)
    contents: dict[int, dict[tuple[str, str], list[Any]]] = defaultdict(lambda: defaultdict(list))
    for each in chosen:
        for batch, content in each.written.contents.items():
            contents[batch][each.footer.table, each.footer.kind].append(content)
    mark = folder_mark.read(installation.data)
    latest = max([*contents, mark.batch if mark else 0])
    seen_days: dict[tuple[str, date], int] = {}
    seen_deliveries: dict[tuple[str, date], int] = {}
    loaded: dict[int, datetime] = {}
    for table, paths in _facts(chosen).items():
        query = (
            'SELECT batch, feed, "on", max(loaded_at) '
            f"FROM {stored.rows_of(paths)} WHERE batch > {known} GROUP BY ALL ORDER BY batch"
        )
        for batch, feed, on, loaded_at in con.execute(query).fetchall():
            moment = loaded_at.replace(tzinfo=UTC)
            day = installation.day(moment)
            loaded[batch] = max(moment, loaded.get(batch, moment))
            seen_deliveries.setdefault((feed, day), batch)
            if TABLES[table].time == "event" and (table not in PLANS or on <= day):
                seen_days[feed, on] = min(batch, seen_days.get((feed, on), batch))
    days = [line for batch, seen in _by_batch(seen_days) for line in feeds.days(seen, batch)]
    deliveries = [
        line
        for batch, seen in _by_batch(seen_deliveries)
        for feed, on in seen
        for line in feeds.deliveries([(feed, "")], on, batch)
    ]
    by_batch = integrity.feeds_by_batch((), days, deliveries)
    loads = []
    for batch in range(known + 1, latest + 1):
        own = contents.get(batch, {})
        accepted = sum(c.rows for (_, kind), each in own.items() if kind == "facts" for c in each)
        load = Load(
            batch=batch, at=loaded.get(batch, at), by="rebuilt from data files",
            received=accepted, accepted=accepted, repeated=0, rejected=0,
            contents=checksums.contents(
                (table, kind, each.rows, each.digest) for (table, kind), each_of in own.items() for each in each_of
            ),
        )  # fmt: skip
        load.checksum = checksums.of_load(load, by_batch.get(batch, ""))
        loads.append(load)
    return _New(loads, days, deliveries)


def _by_batch(
    seen: dict[tuple[str, date], int],
) -> Iterator[tuple[int, list[tuple[str, date]]]]:
    """Group days of feeds by the load that brought the first of each."""
    for batch in sorted(set(seen.values())):
        yield batch, [day for day, first in seen.items() if first == batch]


def _facts(chosen: Iterable[Found]) -> dict[str, list[Path]]:
    """Group the files of facts by table."""
    paths: dict[str, list[Path]] = defaultdict(list)
    for each in chosen:
        if each.footer.kind == DataFile.Kind.FACTS:
            paths[each.footer.table].append(each.written.path)
    return paths


def _highest_person(con: duckdb.DuckDBPyConnection, chosen: Sequence[Found]) -> int:
    """Find the highest number that facts give to a person."""
    highest = 0
    for table, paths in _facts(chosen).items():
        rows = stored.rows_of(paths)
        there = {name for (name, *_) in con.execute(f"DESCRIBE FROM {rows}").fetchall()}
        persons = [
            each.name for each in TABLES[table].columns if each.person and each.name in there
        ]
        for name in persons:
            number = f"try_cast(substr({quoted(name)}, 2) AS BIGINT)"
            query = f"SELECT coalesce(max({number}), 0) FROM {rows} WHERE {quoted(name)} LIKE 'u%'"
            highest = max(highest, *con.execute(query).fetchall()[0])
    return highest


def _extra_columns(con: duckdb.DuckDBPyConnection, chosen: Sequence[Found]) -> list[ExtraColumn]:
    """Make lines for the columns that files have and no table: their type is that of the file, their meaning is lost."""
    known = facts.tables(SYSTEM)
    extras = []
    for table, paths in _facts(chosen).items():
        columns = dict(
            row[:2] for row in con.execute(f"DESCRIBE FROM {stored.rows_of(paths)}").fetchall()
        )
        named = {field.name for field in stored.fields(known[table])}
        for name, type in sorted(columns.items()):
            if name not in named and not (name.endswith("_given") and name[:-6] in columns):
                kind = "money" if f"{name}_given" in columns else KINDS.get(type, "quantity")
                extras.append(ExtraColumn(table=table, name=name, type=kind, meaning=""))
    return extras


def _list_again(
    installation: Installation, chosen: Sequence[Found], new: _New, extras: list[ExtraColumn]
) -> None:
    """Write manifest, loads, feeds and columns; call it in a transaction."""
    mark, before = folder_mark.read(installation.data), Manifest.objects.first()
    lines = [
        datafiles.line_of(installation, each.written, each.footer.table, each.footer.kind, 0)
        for each in chosen
    ]
    DataFile.objects.exclude(kind=DataFile.Kind.RESULTS).delete()
    Manifest.objects.all().delete()
    DataFile.objects.bulk_create(lines)
    ExtraColumn.objects.bulk_create(extras)
    Load.objects.bulk_create(new.loads)
    FeedDay.objects.bulk_create(new.days)
    Delivery.objects.bulk_create(new.deliveries)
    generations = [before.generation if before else 0, mark.generation if mark else 0]
    datafiles.begin_manifest(
        lines, generation=max(generations) + 1, batch=facts.latest_batch(SYSTEM)
    )
