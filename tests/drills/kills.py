"""This file drills kills: commands die at random moments, are typed again, and all numbers are those of commands that were left alone."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from keepwell.app import workspace
from keepwell.health import cards
from tests.drills import servers
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

SEED = 20261128
EARLIER = Path(__file__).parents[1] / "app" / "earlier_workspace"
IMPORTS = 12  # more than eight, so that small files are merged
ACCOUNTS = 30
LAST_DAY = date(2026, 10, 31)
# Of these columns each process writes its own.
OF_THE_PROCESS = {"run_id", "loaded_at", "at", "published_at"}
MAPPING = """\
sources:
  - file: accounts*.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2025-01-01, expected_every: 30 days}
    fields: {account_id: id, name: name, started_on: started, valid_from: from}
  - file: usage*.csv
    table: usage
    feed: {name: product, covers: all, since: 2025-01-01, expected_every: 30 days}
    fields: {id: id, account_id: account, at: at, user: user, quantity: quantity}
"""
# Everything in Python is loaded once; libraries with threads of their own are not, as a fork stops those half-way.
RUNNER = """
import json, os, sys
import rich.table, ruamel.yaml, typer
from keepwell.cli.main import app

from keepwell.app import databases

mutant, held = json.loads(sys.argv[1]), []
while line := sys.stdin.readline():
    words = json.loads(line)
    child = os.fork()
    if child:
        print(child, flush=True)
        sys.stdin.readline()  # until it has been killed, or not: nobody else may get its number
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    said = os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(said, 1), os.dup2(said, 2)
    if mutant:
        configure = databases.configure
        def configure_and_break(*given):
            configure(*given)  # what names a table can be loaded from here on
            databases.configure = configure  # what is imported next configures once more
            from tests.drills.mutants import Mutant, broken
            held.append(broken(Mutant(*mutant)))
            held[0].__enter__()
        databases.configure = configure_and_break
    sys.argv = ["keepwell", *words]
    code = 0
    try:
        app()
    except SystemExit as ended:
        code = ended.code or 0
    os._exit(code if isinstance(code, int) else 1)
"""
MUTANTS = (
    Mutant("attempts-left-listed", "keepwell.app.actions.datafiles", "set_aside", "installation.disk.rename(path, target)", "pass"),
    Mutant("mark-ahead", "keepwell.app.identity", "note", "Mark(own, batch, generation)", "Mark(own, batch + 1, generation)"),
)  # fmt: skip


@dataclass
class Commands:
    """Types commands, each in a process of its own that is ready at once."""

    runner: subprocess.Popen[str]
    said: Path

    def type(self, *words: str, kill_after: float | None = None) -> int:
        """Type one command; gives its exit code, below zero where it was killed."""
        assert self.runner.stdin is not None
        assert self.runner.stdout is not None
        self.runner.stdin.write(json.dumps(words) + "\n")
        self.runner.stdin.flush()
        child = int(self.runner.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)  # if it has ended already, nothing happens
        self.runner.stdin.write("\n")
        self.runner.stdin.flush()
        return int(self.runner.stdout.readline())


@contextmanager
def commands(folder: Path, mutant: Mutant | None = None, database: str = "") -> Iterator[Commands]:
    said = folder / f"said-{uuid.uuid4().hex[:6]}"
    given = [mutant.name, mutant.module, mutant.function, mutant.line, mutant.broken] if mutant else []  # fmt: skip
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, json.dumps(given), str(said)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "KEEPWELL_DATABASE": database},
    )  # fmt: skip
    try:
        yield Commands(runner, said)
    finally:
        assert runner.stdin is not None
        runner.stdin.close()
        runner.wait()
        assert runner.stdout is not None
        runner.stdout.close()


def company(folder: Path) -> Path:
    """A workspace whose exports come in many deliveries."""
    workspace.create(folder, name="Kills", zone="Europe/Berlin", currency="EUR")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    chosen = random.Random(SEED)
    for nth in range(IMPORTS):
        place = folder / f"exports-{nth}"
        place.mkdir()
        rows = [f"A-{n},Company {n},2025-01-01,2025-01-0{1 + nth // 5}" for n in range(ACCOUNTS)]
        text = "id,name,started,from\n" + "\n".join(rows) + "\n"
        (place / "accounts.csv").write_text(text, encoding="utf-8")
        uses = []
        for n in range(200):
            day = LAST_DAY - timedelta(days=chosen.randrange(120))
            # Some ids come again in a later delivery, with another quantity.
            number = chosen.randrange(200 * (nth + 1)) if n % 4 == 0 else 200 * nth + n
            uses.append(f"u{number},A-{number % ACCOUNTS},{day} 10:00,p{number % 50},{nth + 1}")
        unique = {line.split(",")[0]: line for line in uses}
        (place / "usage.csv").write_text("id,account,at,user,quantity\n" + "\n".join(unique.values()) + "\n")  # fmt: skip
    text = cards.ready("b2b-saas")
    (folder / "cards").mkdir(exist_ok=True)
    (folder / "cards/first.yaml").write_text(text, encoding="utf-8")
    (folder / "cards/second.yaml").write_text(
        text.replace("least_coverage: 50 %", "least_coverage: 5 %"), encoding="utf-8"
    )
    return folder


def steps(folder: Path) -> Iterator[tuple[str, ...]]:
    """All commands, in their order."""
    here = ("--workspace", str(folder))
    for nth in range(IMPORTS):
        yield ("import", str(folder / f"exports-{nth}"), *here)
        if nth == 1:
            yield ("publish", str(folder / "cards/first.yaml"), "--note", "first", *here)
        if nth == 6:
            yield (
                "publish",
                str(folder / "cards/second.yaml"),
                "--note",
                "second",
                "--parent",
                "1",
                *here,
            )
        if nth and nth % 3 == 0:
            as_of = LAST_DAY - timedelta(days=7 * (IMPORTS - nth))
            yield ("score", "--as-of", str(as_of), *here)


def numbers(typing: Commands, folder: Path) -> dict[str, object]:
    """Everything that a workspace exports, without what each process writes of its own."""
    told: dict[str, object] = {}
    for what in (
        ["facts", "--table", "usage"],
        ["facts", "--table", "accounts"],
        ["scores"],
        ["measures"],
    ):
        out = folder / f"out-{what[-1]}.csv"
        if typing.type("export", *what, "--out", str(out), "--workspace", str(folder)):
            told[what[-1]] = typing.said.read_text(encoding="utf-8")[-300:]
            continue
        with out.open(encoding="utf-8", newline="") as file:
            rows = [
                tuple(cell for name, cell in row.items() if name not in OF_THE_PROCESS)
                for row in csv.DictReader(file)
            ]
        told[what[-1]] = sorted(rows)
    return told


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Kill commands `cases` times: on SQLite, on PostgreSQL where there is one, and while migrating."""
    yield from _tried(folder, cases, None)


def _tried(folder: Path, cases: int, mutant: Mutant | None) -> Iterator[list[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    chosen = random.Random(SEED)
    undisturbed = company(folder / "undisturbed")
    took: dict[int, float] = {}
    with commands(folder) as typing:
        for nth, words in enumerate(steps(undisturbed)):
            began = time.monotonic()
            code = typing.type(*words)
            took[nth] = time.monotonic() - began
            assert code == 0, typing.said.read_text(encoding="utf-8")
        expected = numbers(typing, undisturbed)
    killed = rounds = 0
    with servers.postgresql() as server:
        while killed < cases:
            rounds += 1
            # Every second company on PostgreSQL: what it exports must be the same.
            database = server.new_database("kills") if server and rounds % 2 == 0 else ""
            disturbed = company(folder / f"disturbed-{rounds}")
            with commands(folder, mutant, database) as typing:
                killed_now, wrong = _disturbed(typing, disturbed, took, chosen)
                killed += killed_now
                if not wrong:
                    wrong = compared(typing, disturbed, expected)
            yield wrong
            shutil.rmtree(disturbed)
    yield from _migrating(folder, max(2, cases // 10), mutant)


def _disturbed(
    typing: Commands, folder: Path, took: dict[int, float], chosen: random.Random
) -> tuple[int, list[str]]:
    """Kill each command once or more, then let it end; gives the number of kills, and what failed afterwards."""
    killed = 0
    for nth, words in enumerate(steps(folder)):
        for _ in range(chosen.choice((1, 1, 2, 3))):
            # Most of a command reads and computes; what a kill could leave behind is written at its end.
            earliest = chosen.choice((0.0, 0.6, 0.8)) * took[nth]
            killed += typing.type(*words, kill_after=chosen.uniform(earliest, took[nth])) < 0
        if typing.type(*words):
            said = typing.said.read_text(encoding="utf-8")[-400:]
            return killed, [f"after a kill `keepwell {words[0]}` fails: {said}"]
    return killed, []


def compared(typing: Commands, folder: Path, expected: dict[str, object]) -> list[str]:
    """Say which exports differ from those of a workspace that was left alone, and what `verify` finds."""
    found = numbers(typing, folder)
    wrong = [f"{name} differ after kills" for name in found if found[name] != expected[name]]
    if typing.type("verify", "--workspace", str(folder)):
        wrong.append("verify: " + typing.said.read_text(encoding="utf-8")[-300:])
    # One more of each, for what the last kills have left.
    *_, last = steps(folder)
    for words in (last, ("score", "--as-of", str(LAST_DAY), "--workspace", str(folder))):
        typing.type(*words)
    return [*wrong, *_left_behind(folder)]


def _left_behind(folder: Path) -> list[str]:
    """Find files that nobody lists, and runs that never ended, in a SQLite database."""
    path = folder / "data" / "keepwell.db"
    if not path.exists():
        return []
    database = sqlite3.connect(path)
    listed = {row[0] for row in database.execute("SELECT path FROM keepwell_datafile")}
    unfinished = database.execute("SELECT count(*) FROM keepwell_run WHERE NOT is_complete").fetchone()[0]  # fmt: skip
    database.close()
    files = {
        str(each.relative_to(folder / "data"))
        for each in (folder / "data/datafiles").rglob("*")
        if each.is_file()
    }
    wrong = [f"{len(files - listed)} files are listed nowhere"] if files - listed else []
    return [*wrong, *([f"{unfinished} runs never ended"] if unfinished else [])]


def _migrating(folder: Path, cases: int, mutant: Mutant | None) -> Iterator[list[str]]:
    """Kill the migration of an older workspace, and migrate again."""
    chosen = random.Random(SEED)
    with commands(folder, mutant) as typing:
        whole = _earlier(folder / "migrated")
        began = time.monotonic()
        assert typing.type("migrate", "--workspace", str(whole)) == 0, typing.said.read_text()
        took = time.monotonic() - began
        expected = numbers(typing, whole)
        for nth in range(cases):
            place = _earlier(folder / f"migrating-{nth}")
            typing.type("migrate", "--workspace", str(place), kill_after=chosen.uniform(0, took))
            if typing.type("migrate", "--workspace", str(place)):
                yield ["migrating again fails: " + typing.said.read_text(encoding="utf-8")[-300:]]
                continue
            found = numbers(typing, place)
            yield [f"{name} differ after a kill while migrating" for name in found if found[name] != expected[name]]  # fmt: skip
            shutil.rmtree(place)


def _earlier(folder: Path) -> Path:
    """A copy of a workspace that an older Keepwell made."""
    shutil.copytree(EARLIER, folder, ignore=shutil.ignore_patterns("keepwell.sql", "scores.csv"))
    (folder / "data").mkdir()
    (folder / "segments").rename(folder / "data" / "segments")
    with sqlite3.connect(folder / "data" / "keepwell.db") as database:
        database.executescript((EARLIER / "keepwell.sql").read_text(encoding="utf-8"))
    database.close()
    return folder


class KillsDrill(Drill):
    """Its commands run in processes of their own, where a line has to be broken too."""

    def notices(self, mutant: Mutant, folder: Path) -> str:
        cases = _tried(folder, 5 * self.quick_cases, mutant)
        return next((broken[0] for broken in cases if broken), "")


DRILL = KillsDrill("kills", tried, MUTANTS, cases=300, quick_cases=12)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
