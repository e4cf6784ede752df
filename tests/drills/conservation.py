"""This file drills conservation: whatever mix of rows comes, received is stored plus repeated plus rejected, exactly."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet

from keepwell.app import workspace
from keepwell.app.actions import datafiles, imports
from keepwell.app.installation import Installation
from keepwell.app.queries import facts, loads, snapshots
from keepwell.facts import datafiles as files
from keepwell.facts import duckdb_session, rollup, row_changes
from keepwell.facts.atomic_files import Disk
from tests.cast import ANA, NOON, VIEWER
from tests.drills import places, scene
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

LOADING, COUNTING, COMPARING = (
    f"keepwell.{name}"
    for name in ("app.actions.loads", "app.actions.row_counts", "facts.row_changes")
)
MUTANTS = (
    Mutant(
        "repeated-as-accepted",
        COUNTING,
        "_counted",
        "staged - repeated - conflicting",
        "staged - conflicting",
    ),
    Mutant(
        "conflicts-not-counted", COUNTING, "_counted", "if conflicting else {}", "if False else {}"
    ),
    Mutant("duplicates-accepted", COMPARING, "compare", "HAVING count(*) > 1", "HAVING false"),
    Mutant(
        "hashes-not-compared",
        "keepwell.facts.duplicates",
        "possible",
        "hashes[1:] == hashes[:-1]",
        "hashes[1:] != hashes[1:]",
    ),
    Mutant(
        "existing-not-compared",
        COMPARING,
        "compare",
        "if existing.facts:\n        paired_by",
        "if False:\n        paired_by",
    ),
    Mutant(
        "replaced-not-listed",
        "keepwell.app.actions.table_files",
        "write",
        "if each.compared.superseding else None",
        "if False else None",
    ),
    Mutant("roll-up-keeps-replaced", "keepwell.facts.rollup", "increment", "-1, -", "0, 0 * "),
    Mutant("no-row-count", LOADING, "_check_rows", "!= each.accepted", "is None"),
    Mutant(
        "personal-not-compared",
        COMPARING,
        "_compare_with_stored",
        "personal=read_personal is not None",
        "personal=False",
    ),
)
MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, expected_every: 7 days}
    fields: {account_id: id, valid_from: from}
  - file: usage.csv
    table: usage
    feed: {name: product, covers: all, expected_every: 7 days}
    fields: {id: id, account_id: account, at: at, user: user, quantity: quantity}
  - file: tickets.csv
    table: tickets
    feed: {name: desk, covers: all, expected_every: 7 days}
    fields: {id: id, account_id: account, at: at, subject: subject, satisfaction: rating}
"""
COLUMNS = {
    "usage": ("id", "account", "at", "user", "quantity"),
    "tickets": ("id", "account", "at", "subject", "rating"),
}
ROUNDS = 4
Row = tuple[str, ...]


@dataclass
class Ledger:
    """What must have become of every row, by the plainest rules in plain Python."""

    stored: dict[str, dict[str, Row]] = field(default_factory=lambda: {"usage": {}, "tickets": {}})
    loaded_rows: int = 0

    def enter(self, table: str, rows: list[tuple[Row, bool]]) -> Counter[str]:
        """Enter the rows of one file, each with whether it is any good; count what becomes of them."""
        counts: Counter[str] = Counter(received=len(rows))
        seen: dict[str, Row] = {}
        for row, is_good in rows:
            if not is_good:
                counts["rejected"] += 1
            elif row[0] in seen:
                counts["repeated" if seen[row[0]] == row else "rejected"] += 1
            else:
                seen[row[0]] = row
                counts["repeated" if self.stored[table].get(row[0]) == row else "accepted"] += 1
        self.stored[table] |= seen
        self.loaded_rows += counts["accepted"]
        return counts


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Import mixes of good, repeated, replacing, conflicting and bad rows, and hold every count against a ledger."""
    template = folder / "template"
    workspace.create(template, name="Drill", zone="UTC", currency="EUR")
    (template / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    scene.opened(template)  # gives it its tables
    scene.close()
    with scene.merging():
        for case in range(cases):
            folder = scene.copied(template)
            yield _case(folder, random.Random(case))
            places.removed(folder)


def _case(folder: Path, chance: random.Random) -> list[str]:
    installation, ledger = scene.opened(folder), Ledger()
    try:
        wrong = [
            sentence
            for nth in range(ROUNDS)
            for sentence in _round(installation, ledger, chance, nth)
        ]
        return [*wrong, *_lost_row(installation, ledger, chance)]
    finally:
        scene.close()


def _round(
    installation: Installation, ledger: Ledger, chance: random.Random, nth: int
) -> list[str]:
    expected = _write_exports(installation.folder / "in", ledger, chance)
    summary = imports.run(
        installation=installation,
        paths=installation.folder / "in",
        by=ANA,
        at=NOON + timedelta(minutes=nth),
    )
    wrong = []
    for count in summary.counts:
        told = Counter(
            received=count.received,
            accepted=count.accepted,
            repeated=count.repeated,
            rejected=count.rejected,
        )
        if count.received != count.accepted + count.repeated + count.rejected:
            wrong.append(f"{count.file}: received is not the sum: {dict(told)}")
        if count.table in expected and told != expected[count.table] + Counter():
            wrong.append(f"{count.file}: {dict(told)} instead of {dict(expected[count.table])}")
    text = summary.rejects.read_text(encoding="utf-8") if summary.rejects else "no heading\n"
    listed = len(list(csv.reader(text.splitlines()))) - 1
    if listed != summary.rejected:
        wrong.append(f"{summary.rejected} rows were rejected, {listed} are listed")
    return [
        f"round {nth}: {sentence}"
        for sentence in (*wrong, *_stored_otherwise(installation, ledger))
    ]


def _write_exports(folder: Path, ledger: Ledger, chance: random.Random) -> dict[str, Counter[str]]:
    folder.mkdir(exist_ok=True)
    (folder / "accounts.csv").write_text(
        "id,from\nA-1,2026-01-01\nA-2,2026-01-01\n", encoding="utf-8"
    )
    expected = {}
    for table, columns in COLUMNS.items():
        rows = [_row(table, chance) for _ in range(chance.randrange(60))] + [
            (_good(table, chance), True)
        ]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *(row for row, _ in rows)])
        expected[table] = ledger.enter(table, rows)
    return expected


def _row(table: str, chance: random.Random) -> tuple[Row, bool]:
    row = _good(table, chance)
    if chance.random() < 0.8:
        return row, True
    spoilt, value = chance.choice(((0, ""), (1, "A-9"), (1, ""), (2, "soon"), (2, ""), (4, "many")))
    return (*row[:spoilt], value, *row[spoilt + 1 :]), False


def _good(table: str, chance: random.Random) -> Row:
    """A row out of few possible ones, so that identities and whole rows meet often."""
    word = {"usage": ("mia", "jo", ""), "tickets": ("Export fails", "=1+1", "")}[table]
    day = f"2026-02-{chance.randrange(1, 4):02}"
    return (
        f"N-{chance.randrange(40)}",
        f"A-{chance.randrange(1, 3)}",
        day,
        chance.choice(word),
        chance.choice(("", "1", "2.5")),
    )


def _stored_otherwise(installation: Installation, ledger: Ledger) -> list[str]:
    """Compare what readers find with the ledger: rows, their words, the roll-up, and the sizes that loads state."""
    con = duckdb_session.connect(None)
    wrong = []
    for table, rows in ledger.stored.items():
        amount = "quantity" if table == "usage" else "satisfaction"
        with snapshots.take(VIEWER, installation) as snapshot:
            live = row_changes.current(snapshot.tables[table], snapshot.existing(table))
        found = con.execute(
            f'SELECT id, account_id, "on"::VARCHAR, coalesce({amount}, -1)::DOUBLE FROM {live} ORDER BY 1'
        ).fetchall()
        wanted = sorted((row[0], row[1], row[2], float(row[4] or -1)) for row in rows.values())
        wrong += (
            []
            if found == wanted
            else [
                f"{table}: {len(found)} rows are stored, {len(wanted)} should be: {sorted(set(found) ^ set(wanted))[:4]}"
            ]
        )
    with snapshots.take(VIEWER, installation) as snapshot:
        paths = [Path(path) for path in snapshot.source().rolled]
    rolled = files.relation(rollup.FIELDS, paths)
    sums = f'SELECT account_id, "on"::VARCHAR, sum(events)::INTEGER, coalesce(sum(quantity), 0)::DOUBLE FROM {rolled}'
    found = con.execute(f"{sums} GROUP BY ALL HAVING sum(events) <> 0 ORDER BY ALL").fetchall()
    wrong += [] if found == _rolled(ledger) else ["the roll-up is not the sum of its rows"]
    kept = sum(each.accepted for each in loads.history(VIEWER)) - 2  # the two accounts
    wrong += (
        []
        if kept == ledger.loaded_rows
        else [f"the loads count {kept} rows loaded, the ledger {ledger.loaded_rows}"]
    )
    return wrong + _other_words(ledger)


def _rolled(ledger: Ledger) -> list[tuple[Any, ...]]:
    sums: dict[tuple[str, str], tuple[int, float]] = {}
    for _, account, day, _, quantity in ledger.stored["usage"].values():
        events, total = sums.get((account, day), (0, 0.0))
        sums[account, day] = (events + 1, total + float(quantity or 0))
    return sorted((*key, *value) for key, value in sums.items())


def _other_words(ledger: Ledger) -> list[str]:
    from keepwell.app.models.people import PersonalValue

    kept = dict(
        PersonalValue.objects.filter(table="tickets", column="subject").values_list("fact", "value")
    )
    wanted = {row[0]: row[3] for row in ledger.stored["tickets"].values() if row[3]}
    return [] if kept == wanted else ["the words kept are not those of the rows stored"]


class LossyDisk(Disk):
    """A disk on which every data file of tickets loses its last row."""

    def write(self, path: Path, writer: Callable[[Path], None]) -> None:
        writer(path)
        if path.parent.name == "tickets" and path.name.startswith("facts"):
            whole = pyarrow.parquet.read_table(path)
            pyarrow.parquet.write_table(whole.slice(0, whole.num_rows - 1), path)


def _lost_row(installation: Installation, ledger: Ledger, chance: random.Random) -> list[str]:
    """A data file with fewer rows than were counted into it must not be loaded."""
    scene.close()
    lossy, batch = scene.opened(installation.folder, LossyDisk()), facts.latest_batch(VIEWER)
    row = ("N-99", "A-1", "2026-02-01", f"One {chance.random()}", "1")
    (installation.folder / "in" / "tickets.csv").write_text(
        "\n".join(",".join(line) for line in (COLUMNS["tickets"], row)), encoding="utf-8"
    )
    try:
        imports.run(
            installation=lossy,
            paths=installation.folder / "in",
            by=ANA,
            at=NOON + timedelta(hours=1),
        )
    except datafiles.RowsDiffer:
        same = facts.latest_batch(VIEWER) == batch and not _stored_otherwise(installation, ledger)
        return [] if same else ["a load that was rejected has left something"]
    return ["a data file that lost a row was loaded"]


DRILL = Drill("conservation", tried, MUTANTS, cases=50, quick_cases=2, databases=places.BOTH)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
