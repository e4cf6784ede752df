"""This file drills the audit: whatever changes something is one line of it, and a line that was edited, removed or moved is found by `keepwell verify`."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tests.drills import by_tests, sites
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

TABLE = "keepwell_auditentry"
TESTS = ("tests/app/test_page_audit.py", "tests/app/test_audit.py")
COLUMNS = {
    "verb": "'other'", "object": "'other'", '"by"': "'Ben'", "place": "'10.0.0.9'", "detail": "'{\"a\": 1}'", "before": "'{\"a\": 1}'",
    "after": "'{\"a\": 1}'", "at": "'2020-01-01 00:00:00'", "chain": "'0'",
}  # fmt: skip
Tamper = Callable[[random.Random, list[int]], list[str]]
MUTANTS = (
    Mutant("lines-not-compared", "keepwell.app.actions.audit", "verify", "if checksums.of_audit(entry, before) != entry.chain:", "if False:"),
    Mutant("end-not-compared", "keepwell.app.actions.audit", "verify", "if said != [(count, before)] and (count or ends):", "if False:"),
    Mutant("lines-not-chained", "keepwell.app.models.checksums", "of_audit", "checksum(before, at,", 'checksum("", at,'),
    Mutant("place-not-covered", "keepwell.app.models.checksums", "of_audit", ", said, entry.place)", ", said)"),
    Mutant("deed-not-written", "keepwell.app.actions.saved_views", "remove", 'audit.write(verb="remove view", object=f"view {found.name}", by=by, at=at)', "pass"),
    Mutant("verify-forgets-the-audit", "keepwell.app.actions.verification", "run", "*audit.verify()", "*()"),
)  # fmt: skip


def _edited(chance: random.Random, lines: list[int]) -> list[str]:
    column = chance.choice(list(COLUMNS))
    return [f"UPDATE {TABLE} SET {column} = {COLUMNS[column]} WHERE id = {chance.choice(lines)}"]


def _removed(chance: random.Random, lines: list[int]) -> list[str]:
    return [f"DELETE FROM {TABLE} WHERE id = {chance.choice(lines)}"]


def _moved(chance: random.Random, lines: list[int]) -> list[str]:
    """Let two lines change places."""
    one, other = chance.sample(lines, 2)
    return [
        f"UPDATE {TABLE} SET id = {new} WHERE id = {old}"
        for old, new in ((one, -1), (other, one), (-1, other))
    ]


def _put_in(chance: random.Random, lines: list[int]) -> list[str]:
    """Write a line once more, after all others."""
    with_id = f'SELECT {max(lines) + 1}, at, "by", verb, object, detail, before, after, place, chain FROM {TABLE} WHERE id = {chance.choice(lines)}'  # fmt: skip
    columns = 'id, at, "by", verb, object, detail, before, after, place, chain'
    return [f"INSERT INTO {TABLE} ({columns}) {with_id}"]


def _cut_off(chance: random.Random, lines: list[int]) -> list[str]:
    """Remove the last line, and count it out."""
    return [
        f"DELETE FROM {TABLE} WHERE id = {max(lines)}",
        f"UPDATE keepwell_auditend SET entries = {len(lines) - 1}, chain = (SELECT chain FROM {TABLE} ORDER BY id DESC LIMIT 1)",
    ]


WAYS: dict[str, Tamper] = {
    "edited": _edited, "removed": _removed, "moved": _moved, "put in": _put_in, "cut off": _cut_off,
}  # fmt: skip


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Do every deed of the pages, then tamper with the audit of a workspace so many times."""
    workspace = sites.starter(folder / "starter")
    status, said = _verified(workspace)
    yield [f"an audit that nobody touched was reported: {said}"] if status else []
    database = workspace / "data" / "keepwell.db"
    for name in (f"{database.name}-wal", f"{database.name}-shm"):
        assert not database.with_name(name).exists(), "the database is whole in one file"
    whole = folder / "whole.db"
    shutil.copyfile(database, whole)
    chance = random.Random(cases)
    for nth in range(cases):
        shutil.copyfile(whole, database)
        name = list(WAYS)[nth % len(WAYS)]
        done = _tamper(database, WAYS[name], chance)
        status, said = _verified(workspace)
        is_found = status == 1 and ("I160" in said or "I161" in said)
        yield [] if is_found else [f"a line was {name} and not found ({'; '.join(done)}): {said}"]
    shutil.copyfile(whole, database)
    passed, broken = by_tests.broken_promises(TESTS, whole=False)
    yield broken or ([] if passed else ["no test was run"])


def _verified(workspace: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sites.KEEPWELL, "verify"], cwd=workspace, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout[-300:] + done.stderr[-300:]


def _tamper(database: Path, way: Tamper, chance: random.Random) -> list[str]:
    """Change rows as somebody would who owns the file, and takes what is in the way out of it."""
    with closing(sqlite3.connect(database)) as con, con:
        found = con.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [TABLE]
        ).fetchall()
        for name, _ in found:
            con.execute(f"DROP TRIGGER {name}")
        lines = [row[0] for row in con.execute(f"SELECT id FROM {TABLE} ORDER BY id")]
        statements = way(chance, lines)
        for statement in statements:
            con.execute(statement)
        for _, made in found:
            con.execute(made)
    return statements


DRILL = Drill("audit", tried, MUTANTS, cases=50, quick_cases=5, mutant_cases=25)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
