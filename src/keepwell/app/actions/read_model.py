"""This file builds what pages read: the newest score of each account with its lines, in short transactions, then made current by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import pyarrow as pa
from django.db import transaction
from django.db.models import QuerySet

from keepwell.app import packed_lines, queries
from keepwell.app.actions import (
    accounts,
    audit,
    bulk_writes,
    datafiles,
    feed_tables,
    run_counts,
)
from keepwell.app.actions.score_writer import (
    MOST_SCORES,
    STORED,
    one_writer,
    remove_unfinished,
)
from keepwell.app.databases import READ_MODEL
from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.accounts import Account, Projection
from keepwell.app.models.feed_tables import FeedTable
from keepwell.app.models.scores import NO_SCORE, CurrentLines, CurrentScore, Run, Score
from keepwell.app.queries import current_lines, evidence, runs, scores, snapshots, trends
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import IntegrityError
from keepwell.health.engines.protocol import Line

ACCOUNTS_READ = 2_000  # at a time, with all of their lines and half a year of points: some 40 MB
# What lists are sorted and sifted by, as the account is now: of one that the facts have no more nothing is known.
OF_ACCOUNT = ("owner", "segment", *run_counts.FOLLOWED[2:])
UNKNOWN = ("", "", "", None, None, None, None)
PLACED = ("account_id", "sort_score", "band", "is_overridden", *OF_ACCOUNT)
COLUMNS = ("run_id", *PLACED, "moved")
LINES = ("run_id", "account_id", "lines", "checksum")
Progress = Callable[[str, float], None]  # what is being done, and how much of it is, 0..1


def follow_scores(installation: Installation) -> None:
    """Make the newest published run current, with the points of all dates that its trends look at; nothing where it is so.

    Until one small transaction does so everybody sees the run before. The rows of that one stay until another follows,
    for whoever is reading them.
    """
    newest = runs.latest(SYSTEM)
    if newest is None or _is_built(newest):
        return
    with one_writer(installation):
        remove_unfinished(installation)
        if not _is_built(newest):
            _build(installation, newest)


def rebuild(
    *, installation: Installation, by: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Make everything that pages read anew, from facts, scores and data files; returns the number of accounts.

    Scores are not touched: they are what was published.
    """
    by.require("import")
    say = progress or (lambda what, done: None)
    say("Reading accounts", 0.0)
    count = accounts.rebuild(installation=installation, by=by, at=at)
    say("Counting", 0.3)
    with (
        installation.duckdb.cursor() as con,
        datafiles.exclusive_lock(installation),
        snapshots.take(SYSTEM, installation) as snapshot,
    ):
        counted = feed_tables.recount(con, snapshot)
        with transaction.atomic():
            for name, by_feed in counted.items():
                feed_tables.save(name, by_feed)
    with one_writer(installation):
        remove_unfinished(installation)
        _count_again(installation)
        say("Writing lines", 0.6)
        if newest := runs.latest(SYSTEM):
            _build(installation, newest)
    Projection.objects.update(version=READ_MODEL)
    audit.write(verb="rebuild", object="read model", by=by, at=at, accounts=count)
    say("Done", 1.0)
    return count


def verify(installation: Installation) -> Iterator[IntegrityError]:
    """Compare all scores and the whole read model with their checksums and with each other.

    Gives an error for each thing that is not what was written; it names the run, the account or the feed.
    """
    for run_id in Run.objects.filter(is_complete=True).values_list("run_id", flat=True):
        try:
            yield from _differences(installation, runs.by_id(SYSTEM, run_id))
        except IntegrityError as error:
            yield error
    try:
        queries.accounts.everyone(SYSTEM)
    except IntegrityError as error:
        yield error
    with ExitStack() as stack:
        con = stack.enter_context(installation.duckdb.cursor())
        try:
            with (
                nullcontext()
                if installation.is_read_only
                else datafiles.exclusive_lock(installation)
            ):
                stored = list(FeedTable.objects.all())
                snapshot = stack.enter_context(snapshots.take(SYSTEM, installation))
            counted = feed_tables.recount(con, snapshot)
        except IntegrityError:
            return  # files that cannot be counted are checked, and named, by themselves
        for feed, table in feed_tables.differences(stored, counted):
            what = f"counts of feed {feed} in table {table} are not what was counted"
            yield _differs("I149", f"The app database's {what}.")


def _differs(code: str, what: str) -> IntegrityError:
    return IntegrityError(what, way_out=integrity.REBUILD, code=code)


def _differences(installation: Installation, run: ScoredRun) -> Iterator[IntegrityError]:
    rows = scores.rows(SYSTEM, run.run_id)
    made = [checksums.of_score(run.run_id, STORED(row)) for row in rows]
    if checksums.added(made) != Run.objects.get(run_id=run.run_id).scores_checksum:
        yield _differs("I141", f"The scores of run {run.run_id} are not those that were computed.")
    if scores.bands(SYSTEM, run) != Counter((row.band, row.meaning) for row in rows):
        yield _differs("I144", f"The counts of run {run.run_id} are not those of its scores.")
    whole = evidence.whole_points(SYSTEM, installation, run)
    for row in rows:
        if row.computed_score is not None and row.computed_score != whole.get(row.account_id):
            what = f"The score of account {row.account_id} in run {run.run_id} is not what its lines add up to."
            yield _differs("I141", what)
    if run.is_current:
        for at in range(0, len(rows), ACCOUNTS_READ):
            yield from _differences_of_current(installation, run, rows[at : at + ACCOUNTS_READ])


def _differences_of_current(
    installation: Installation, run: ScoredRun, rows: Sequence[ScoreRow]
) -> Iterator[IntegrityError]:
    ids = [row.account_id for row in rows]
    lines: dict[str, list[Line]] = {}
    for line in evidence.lines(SYSTEM, installation, run, ids):
        lines.setdefault(line.account_id, []).append(line)
    packed = current_lines.of_some(SYSTEM, run, ids)
    stored = CurrentScore.objects.filter(run=run.run_id, account_id__in=ids)
    placed = {row[0]: row for row in stored.values_list(*PLACED)}
    known = _of_accounts(Account.objects.filter(account_id__in=ids))
    for row in rows:
        own = packed.get(row.account_id)
        about = f"of account {row.account_id} in run {run.run_id}"
        if own is None or list(own.lines) != lines.get(row.account_id):
            yield _differs("I148", f"The read model's lines {about} are not those of the run.")
        if placed.get(row.account_id) != _place(row, known.get(row.account_id, UNKNOWN)):
            what = f"The read model's row {about} is not what its score and its account say."
            yield _differs("I143", what)


def _place(row: ScoreRow, of_account: tuple[object, ...]) -> tuple[object, ...]:
    """What the read model's row of an account says of where it stands, in the order of `PLACED`."""
    sort_score = NO_SCORE if row.score is None else row.score
    return row.account_id, sort_score, row.band or "", row.override is not None, *of_account


def _of_accounts(accounts: QuerySet[Account]) -> dict[str, tuple[object, ...]]:
    rows = accounts.values_list("account_id", *OF_ACCOUNT)
    return {account_id: tuple(of_account) for account_id, *of_account in rows}


def _count_again(installation: Installation) -> None:
    """Count all runs anew but the current one, by the facts that each of them saw."""
    owners = dict(Account.objects.values_list("account_id", "owner"))
    every = Run.objects.filter(is_complete=True, is_current=False).order_by(
        "through_batch", "as_of"
    )
    for batch, of_batch in groupby(every, key=lambda run: run.through_batch):
        with snapshots.take(SYSTEM, installation, batch) as snapshot:
            left = list(of_batch)
            while left:
                together = left[: max(1, MOST_SCORES // max(left[0].accounts, 1))]
                left = left[len(together) :]
                days = [run.as_of - timedelta(days=1) for run in together]
                with installation.duckdb.cursor() as con:
                    revenue = accounts.revenue_by_day(con, snapshot.source(), days)
                for run in together:
                    rows = scores.rows(SYSTEM, run.run_id)
                    with transaction.atomic():
                        run_counts.replace(run, run_counts.count(run, rows, owners, revenue))


def _is_built(run: ScoredRun) -> bool:
    return Run.objects.filter(
        run_id=run.run_id, is_current=True, history=_fingerprint(trends.looked_at(SYSTEM, run))
    ).exists()


def _fingerprint(runs: Sequence[ScoredRun]) -> str:
    return checksums.checksum([run.run_id for run in runs])


def _build(installation: Installation, run: ScoredRun) -> None:
    """Write the rows of a run and make it current; of a run that is current already, row by row in place."""
    history = trends.looked_at(SYSTEM, run)
    Run.objects.filter(run_id=run.run_id).update(history="")
    if not run.is_current:  # rows of older runs, and of a build that died
        bulk_writes.delete(CurrentScore.objects.exclude(run__is_current=True))
        bulk_writes.delete(CurrentLines.objects.exclude(run__is_current=True))
    rows = scores.rows(SYSTEM, run.run_id)
    for at in range(0, len(rows), ACCOUNTS_READ):
        part = rows[at : at + ACCOUNTS_READ]
        packed, moved = _packed(installation, run, history, part), _moved(run, history, part)
        bulk_writes.in_parts(
            [(row, packed[row.account_id], moved.get(row.account_id)) for row in part],
            bulk_writes.PACKED_LINES,
            _insert,
        )
    meanings = {row.band or "": row.meaning or "" for row in rows}
    stored = Run.objects.get(run_id=run.run_id)
    while True:
        before = _projection(Projection.objects.all())
        counts = run_counts.of_read_model(stored, meanings)
        with bulk_writes.short_transaction():
            # Locked where the database has rows to lock: an import must not move an account between this and the commit.
            if _projection(Projection.objects.select_for_update()) != before:
                continue
            run_counts.replace(stored, counts)
            Run.objects.filter(is_current=True).update(is_current=False)
            Run.objects.filter(run_id=run.run_id).update(
                is_current=True, history=_fingerprint(history)
            )
            return


def _projection(projection: QuerySet[Projection]) -> str | None:
    return projection.values_list("checksum", flat=True).first()


def _packed(
    installation: Installation,
    run: ScoredRun,
    history: Sequence[ScoredRun],
    rows: Sequence[ScoreRow],
) -> dict[str, bytes]:
    """Pack the lines of some accounts, by id, each with what its points were on earlier dates."""
    between = (rows[0].account_id, rows[-1].account_id)
    lines, earlier = evidence.lines_with_history(SYSTEM, installation, run, history, between)
    nth = lines["nth"].to_numpy()
    first = int(nth[0]) if len(nth) else 0
    points = np.full((lines.num_rows, len(history)), np.nan)
    points[earlier["nth"].to_numpy() - first, earlier["run"].to_numpy()] = earlier["points"]
    dates = [(each.as_of, each.run_id) for each in history]
    columns = {name: lines[name].to_pylist() for name in packed_lines.COLUMNS}
    found = {}
    for account_id, begin, end in _stretches(lines["account_id"]):
        own = {name: column[begin:end] for name, column in columns.items()}
        found[account_id] = packed_lines.pack(own, dates, points[begin:end].tobytes())
    return found


def _moved(
    run: ScoredRun, history: Sequence[ScoredRun], rows: Sequence[ScoreRow]
) -> dict[str, float]:
    """Say by how many points the scores of some accounts have moved over the card's look-back; an override is no move."""
    now = {row.account_id: row.computed_score for row in rows if not row.override}
    back = timedelta(days=trends.card_of(SYSTEM, run).look_back_days)
    moved: dict[str, float] = {}
    for then in reversed(
        [each for each in history if run.as_of - 2 * back <= each.as_of <= run.as_of - back]
    ):
        left = [name for name, score in now.items() if score is not None and name not in moved]
        earlier = Score.objects.filter(
            run=then.run_id, account_id__in=left, computed_score__isnull=False
        )
        for name, score in earlier.values_list("account_id", "computed_score"):
            moved[name] = (now[name] or 0.0) - (score or 0.0)
    return moved


def _stretches(account_ids: pa.ChunkedArray) -> Iterator[tuple[str, int, int]]:
    """Give each account with where its lines begin and end."""
    encoded = account_ids.combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    begins = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else np.array([])
    ends = np.r_[begins[1:], len(codes)]
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        yield encoded[begin].as_py(), int(begin), int(end)


def _insert(part: Sequence[tuple[ScoreRow, bytes, float | None]]) -> None:
    """Write the rows of some accounts in place of those that the run has, with the owner and segment of this moment."""
    ids = [row.account_id for row, *_ in part]
    run_id = part[0][0].run_id
    assert run_id is not None, "a stored score has a run"
    # Locked where the database has rows to lock: an import must not move an account between this and the insert.
    known = _of_accounts(Account.objects.select_for_update().filter(account_id__in=ids))
    for model in (CurrentScore, CurrentLines):
        model.objects.filter(run=run_id, account_id__in=ids).delete()
    rows, lines = [], []
    for row, packed, moved in part:
        place = _place(row, known.get(row.account_id, UNKNOWN))
        rows.append((run_id, *place, moved))
        checksum = checksums.of_lines(run_id, row.account_id, packed)
        lines.append((run_id, row.account_id, packed, checksum))
    bulk_writes.insert(CurrentScore, COLUMNS, rows)
    bulk_writes.insert(CurrentLines, LINES, lines)
