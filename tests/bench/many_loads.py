"""This file measures many small loads, one after the other: what one costs, what is left on disk, and that nothing is lost."""

from __future__ import annotations

import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keepwell.app import actions, queries, workspace
from keepwell.app.installation import Installation
from keepwell.facts import row_changes
from tests import installations
from tests.cast import ANA, CARD, VIEWER

ACCOUNTS = 50
EVENTS = 100  # of a load
REPLACED_EVERY = 10  # loads: then a tenth of the events corrects events of the load before
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
APART = timedelta(minutes=5)
ACCOUNTS_SOURCE = """\
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, expected_every: 7 days, since: 2025-01-01}
    fields: {account_id: id, valid_from: from, started_on: from}
"""
USAGE_SOURCE = """\
  - file: usage.csv
    table: usage
    feed: {name: product, covers: all, expected_every: 7 days, since: 2025-01-01}
    fields: {id: id, account_id: account, at: at, user: user, feature: feature, quantity: quantity}
"""


@dataclass
class Measured:
    """What was measured over many loads; times in seconds, by the clock and of the processor."""

    load: list[tuple[float, float]] = field(default_factory=list)
    snapshot: list[tuple[float, float]] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    on_disk: list[int] = field(default_factory=list)
    different: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    wanted: int = 0
    batch: int = 0


def measure(folder: Path, loads: int, scored_at: tuple[int, ...]) -> Measured:
    """Load again and again; take a snapshot after each, score after some, and in the end replay every run."""
    found, events = Measured(), 0
    installation = begin(folder)
    for nth in range(1, loads + 1):
        events += write_events(installation.folder / "in", nth)
        at = BEGAN + nth * APART
        with timed(found.load):
            summary = actions.imports.run(
                installation=installation,
                paths=installation.folder / "in",
                mapping_file=installation.folder / ("usage.yaml" if nth > 1 else "mapping.yaml"),
                by=ANA,
                at=at,
            )
        found.batch = summary.batch or found.batch
        with timed(found.snapshot), queries.snapshots.take(VIEWER, installation) as snapshot:
            found.listed.append(len(snapshot.files))
        found.on_disk.append(sum(1 for _ in (installation.data / "datafiles").rglob("*.parquet")))
        if nth in scored_at:
            actions.scores.run(
                installation=installation, as_of=at.date() + timedelta(days=1), by=ANA, at=at
            )
    found.rows, found.wanted = stored_events(installation), events
    found.different = dict(replayed(installation))
    installations.leave()
    return found


def begin(folder: Path) -> Installation:
    """Begin a workspace with fifty accounts and a published card."""
    workspace.create(folder, name="Many loads")
    for name, text in (("mapping", ACCOUNTS_SOURCE + USAGE_SOURCE), ("usage", USAGE_SOURCE)):
        (folder / f"{name}.yaml").write_text(f"sources:\n{text}", encoding="utf-8")
    (folder / "in").mkdir()
    write(folder / "in/accounts.csv", [("id", "from"), *((f"A-{n:02}", "2025-01-01") for n in range(ACCOUNTS))])  # fmt: skip
    installation = installations.serve(folder)
    actions.scorecards.publish(
        text=CARD.replace("best: 4", "best: 400"), note="first", by=ANA, at=BEGAN, parent=None
    )
    return installation


def write_events(folder: Path, nth: int) -> int:
    """Write the events of a load; returns how many of them are new. Ids, accounts and days are spread without chance."""
    on = (BEGAN + nth * APART).date()
    rows = []
    corrected = EVENTS // 10 if nth % REPLACED_EVERY == 0 else 0
    for at in range(EVENTS):
        load = nth - 1 if at < corrected else nth
        quantity = 1000 + at if at < corrected else at % 7
        account = f"A-{(load * 31 + at * 17) % ACCOUNTS:02}"
        rows.append((f"e{load}-{at}", account, on - timedelta(days=at % 3), f"u{at % 9}", "export", quantity))  # fmt: skip
    write(folder / "usage.csv", [("id", "account", "at", "user", "feature", "quantity"), *rows])
    return EVENTS - corrected


def write(path: Path, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def stored_events(installation: Installation) -> int:
    with (
        queries.snapshots.take(VIEWER, installation) as snapshot,
        installation.duckdb.cursor() as con,
    ):
        rows = row_changes.current(snapshot.tables["usage"], snapshot.existing("usage"))
        counted = con.execute(f"SELECT count(*), count(DISTINCT id) FROM {rows}").fetchall()[0]
        rolled = con.execute(
            "SELECT sum(events)::BIGINT FROM read_parquet(?)", [list(snapshot.source().rolled)]
        ).fetchall()[0]
    assert len({*counted, *rolled}) == 1, f"rows, ids and the roll-up differ: {counted}, {rolled}"
    return int(counted[0])


def replayed(installation: Installation) -> Iterator[tuple[str, int]]:
    """Replay every run, and say how many differences each has."""
    from keepwell.app.models.scores import Run

    for run in Run.objects.order_by("through_batch"):
        found = actions.replays.replay(installation=installation, by=ANA, run_id=run.run_id)
        assert found.scores == ACCOUNTS, f"{found.scores} accounts were scored"
        yield f"load {run.through_batch}", found.different


@contextmanager
def timed(into: list[tuple[float, float]]) -> Iterator[None]:
    clock, processor = time.perf_counter(), time.process_time()
    yield
    into.append((time.perf_counter() - clock, time.process_time() - processor))


def main() -> None:
    loads = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    scored_at = tuple(max(1, loads * part // 100) for part in (0, 35, 70))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        found = measure(Path(folder) / "company", loads, scored_at)
        took = time.perf_counter() - began
    print(f"{loads} loads of {EVENTS} events, {took:.0f} s; the latest is load {found.batch}")
    for name, own in (("a load", found.load), ("a snapshot", found.snapshot)):
        for nth, of in enumerate(("by the clock", "of the processor")):
            times = [1000 * each[nth] for each in own]
            print(
                f"{name}, {of}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms"
            )
    for part in (1, 2, 3, 4):
        quarter = found.load[(part - 1) * loads // 4 : part * loads // 4]
        taken = statistics.median(processor for _, processor in quarter)
        print(f"  quarter {part}: a load takes {1000 * taken:.1f} ms of the processor")
    print(
        f"listed files: most {max(found.listed)}, in the end {found.listed[-1]}; on disk at most {max(found.on_disk)}"
    )
    print(f"events: {found.rows} stored of {found.wanted}")
    print(f"differences in replays: {found.different}")


if __name__ == "__main__":
    main()
