"""This file lands a staged import: what is new becomes segments and one line of the books, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.db import transaction
from django.db.models import Sum

from keepwell.desk.actions import accounts, arriving, audit, counting, feeds, people, segments
from keepwell.desk.actions.arriving import Arriving
from keepwell.desk.actions.counting import Counts
from keepwell.desk.databases import naming_damage
from keepwell.desk.queries import facts
from keepwell.desk.records import sealing
from keepwell.desk.records.extras import Extra
from keepwell.desk.records.feeds import Arrival, Declaration, FeedDay
from keepwell.desk.records.landings import Landing
from keepwell.desk.records.segments import Segment
from keepwell.desk.workspace import Workspace
from keepwell.facts import comparing, rollup
from keepwell.facts.doubts import PLANS

if TYPE_CHECKING:
    from keepwell.facts.staging.stage import Stage


class LandedMeanwhile(Exception):
    """Another machine landed between comparing and writing; nothing landed. Run the import again."""


@dataclass(frozen=True)
class Comparison:
    """A staged import held against what has landed: not written yet."""

    stage: Stage
    arriving: tuple[Arriving, ...]
    counts: tuple[Counts, ...]

    @property
    def accepted(self) -> int:
        return sum(count.accepted for count in self.counts)

    @property
    def repeated(self) -> int:
        return sum(count.repeated for count in self.counts)

    @property
    def refused(self) -> int:
        return sum(count.refused for count in self.counts)


Look = Callable[[Comparison], None]
Progress = Callable[[str, float], None]  # what is being done, and how much of the landing is, 0..1


@naming_damage()
def land(
    stage: Stage,
    *,
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    by: str,
    at: datetime,
    mapping: str = "",
    look: Look = lambda comparison: None,
    refusals: Path | None = None,
    progress: Progress | None = None,
) -> tuple[int | None, Comparison]:
    """Land a stage in one piece under the next batch number; none where it brings nothing that was not known.

    `look` sees the comparison before anything is written, and stops the landing by raising.
    Raises `segments.RowsDiffer`, `LandedMeanwhile`, and `Damaged` where what landed before cannot be compared with.
    """
    at, say = at.astimezone(UTC), progress or (lambda what, done: None)
    with segments.alone(workspace):
        segments.sweep(workspace, at=at)
        say("comparing", 0.0)
        comparison = compare(stage, con=con, workspace=workspace, day=workspace.day(at))
        look(comparison)
        say("writing", 0.3)
        books = _write(con, comparison, workspace, facts.latest_batch() + 1, at)
        if not books.has_news:
            return None, comparison
        say("signing", 0.9)
        _keep(con, comparison, books, workspace, _Import(by, at, mapping, refusals))
        say("landed", 1.0)
        return books.batch, comparison


def compare(stage: Stage, *, con: duckdb.DuckDBPyConnection, workspace: Workspace, day: date) -> Comparison:
    """Hold every staged table against itself and what has landed; conflicting rows join the refused."""
    people.give_surrogates(con, [query for staged in stage.tables for query in arriving.people_met(staged)])
    held = tuple(arriving.hold(con, staged, workspace, day) for staged in stage.tables)
    for each in held:
        arriving.refuse_conflicts(con, each, stage.refused)
    return Comparison(stage, held, counting.counts(con, stage, held))


@dataclass(frozen=True)
class _Import:
    """Who imported when by which mapping, and where the refused rows are listed."""

    by: str
    at: datetime
    mapping: str
    refusals: Path | None


@dataclass
class _Books:
    """What the transaction will write, gathered before it begins so that it is short."""

    batch: int
    segments: list[Segment]
    declarations: list[Declaration]
    days: list[FeedDay]
    arrivals: list[Arrival]
    standings: list[accounts.Standing] | None

    @property
    def has_news(self) -> bool:
        return bool(self.segments or self.declarations or self.arrivals)


def _write(
    con: duckdb.DuckDBPyConnection, comparison: Comparison, workspace: Workspace, batch: int, at: datetime
) -> _Books:
    written: list[Segment] = []
    days: set[tuple[str, date]] = set()
    for each in comparison.arriving:
        if not each.accepted:
            continue
        written += _write_table(con, each, workspace, batch, at)
        if each.table.time == "event":
            seen = con.execute(f'SELECT DISTINCT feed, "on" FROM {each.plain_rows}').fetchall()
            is_plan = each.table.name in PLANS  # what is only planned vouches for no delivery
            days |= {(feed, on) for feed, on in seen if not is_plan or on <= workspace.day(at)}
    arrived = frozenset().union(*(each.staged.feeds for each in comparison.arriving))
    delivered = [feed for feed in comparison.stage.feeds if feed.name in arrived]
    return _Books(
        batch,
        written,
        feeds.declarations(delivered, batch),
        feeds.days(days, batch),
        feeds.arrivals([feed.name for feed in delivered], workspace.day(at), batch),
        _standings(con, comparison, workspace, written, workspace.day(at)),
    )


def _write_table(
    con: duckdb.DuckDBPyConnection, each: Arriving, workspace: Workspace, batch: int, at: datetime
) -> list[Segment]:
    """Write a table's new rows, the list of rows that they replace, and for usage what both add to the roll-up."""

    def write(query: str, kind: str) -> Segment:
        return segments.write(con, query, workspace=workspace, table=each.table.name, kind=kind, batch=batch)

    parts = arriving.parts(con, each)
    new = [write(arriving.landing_rows(each, part, batch, at), Segment.Kind.FACTS) for part in parts]
    replaced = each.compared.replaced if each.compared.replacing else None
    if replaced:
        new.append(
            write(
                f"SELECT id, batch, {batch}::BIGINT AS superseded_by FROM {replaced} ORDER BY id",
                Segment.Kind.SUPERSEDED,
            )
        )
    if each.table.name == "usage":
        rolled = [write(_rolled(each, part, batch), Segment.Kind.ROLLED) for part in parts]
        _check_rolled(con, workspace, each, rolled)
        new += rolled
    return new


def _rolled(each: Arriving, part: str, batch: int) -> str:
    """Write the query for what some accounts add to the roll-up, and what is taken back of theirs."""
    lands = f"(SELECT * FROM {each.accepted_rows} WHERE {part})"
    taken_back = f"(SELECT * FROM ({arriving.replaced_rows(each)}) WHERE {part})" if each.compared.replacing else None
    return rollup.lines(lands, taken_back, batch, same=each.constants, without=each.unfilled)


def _check_rolled(con: duckdb.DuckDBPyConnection, workspace: Workspace, each: Arriving, rolled: list[Segment]) -> None:
    counts = (con.execute(f"SELECT sum(events) FROM {segments.rows_of(workspace, one)}").fetchall() for one in rolled)
    events = sum(count or 0 for ((count,),) in counts)
    if events != each.accepted - each.compared.replacing:
        raise segments.RowsDiffer(
            f"usage: the roll-up counts {events} events, {each.accepted} came and {each.compared.replacing} went"
        )


def _standings(
    con: duckdb.DuckDBPyConnection, comparison: Comparison, workspace: Workspace, written: list[Segment], day: date
) -> list[accounts.Standing] | None:
    """Read the projection as it will stand after this landing, where the landing touches it."""
    if not any(segment.table in accounts.FEEDS_IT for segment in written):
        return None
    landed = {name: facts.landed(workspace, name, also=written) for name in accounts.FEEDS_IT}
    return accounts.read(con, landed, day)


def _keep(
    con: duckdb.DuckDBPyConnection, comparison: Comparison, books: _Books, workspace: Workspace, own: _Import
) -> None:
    """Write the books in one transaction: from its commit on the landing is there, before it nothing is."""
    with transaction.atomic():
        if facts.latest_batch() != books.batch - 1:
            raise LandedMeanwhile("Another import landed meanwhile, so nothing was changed. Run it again.")
        landing = _landing(comparison, books, workspace, own)
        landing.save(force_insert=True)
        people.save(con)
        for rows in (books.segments, books.declarations, books.days, books.arrivals):
            if rows:
                type(rows[0]).objects.bulk_create(rows, batch_size=accounts.CHUNK)
        for each in comparison.arriving:
            _keep_words_and_extras(con, each)
        if books.standings is not None:
            accounts.save(books.standings, workspace.day(own.at))
        _check_rows(comparison, books.batch)
        audit.write(
            verb="import",
            object=f"landing {books.batch}",
            by=own.by,
            at=own.at,
            accepted=landing.accepted,
            refused=landing.refused,
        )


def _landing(comparison: Comparison, books: _Books, workspace: Workspace, own: _Import) -> Landing:
    listed = own.refusals if comparison.refused else None
    landing = Landing(
        batch=books.batch,
        at=own.at,
        by=own.by,
        mapping=own.mapping,
        refusals=str(listed.relative_to(workspace.data)) if listed else "",
        received=sum(count.received for count in comparison.counts),
        accepted=comparison.accepted,
        repeated=comparison.repeated,
        refused=comparison.refused,
        sources=[{"file": count.file, "table": count.table, "received": count.received, "accepted": count.accepted,
                  "repeated": count.repeated, "refused": count.refused_by_reason} for count in comparison.counts],
    )  # fmt: skip
    landing.seal = sealing.of_landing(landing, books.segments, books.declarations, books.days, books.arrivals)
    return landing


def _check_rows(comparison: Comparison, batch: int) -> None:
    """The last look before the commit: what the manifest now lists must be, file by file, what was accepted."""
    facts_now = Segment.objects.filter(batch=batch, kind=Segment.Kind.FACTS)
    kept = dict(facts_now.values_list("table").annotate(rows=Sum("rows")).values_list("table", "rows"))
    for each in comparison.arriving:
        if kept.get(each.table.name, 0) != each.accepted:
            sentence = f"{each.accepted} rows were accepted, {kept.get(each.table.name, 0)} were written"
            raise segments.RowsDiffer(f"{each.table.name}: {sentence}; nothing of the import is kept")


def _keep_words_and_extras(con: duckdb.DuckDBPyConnection, each: Arriving) -> None:
    people.save_words(con, each.table, each.accepted_rows, comparing.key(each.table), each.compared.replaced)
    known = set(Extra.objects.filter(table=each.table.name).values_list("name", flat=True))
    Extra.objects.bulk_create(
        Extra(table=each.table.name, name=column.name, type=column.type, meaning=column.meaning)
        for column in arriving.extras(each.table)
        if column.name not in known
    )
