"""This file drills four processes that import and score at once, with one PostgreSQL and one data folder that passes no file locks on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from keepwell.app import workspace
from tests.cast import CARD
from tests.drills import servers
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

PROCESSES = 4
MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2025-01-01, expected_every: 30 days}
    fields: {account_id: id, valid_from: from, started_on: from}
  - file: usage.csv
    table: usage
    feed: {name: product, covers: all, since: 2025-01-01, expected_every: 30 days}
    fields: {id: id, account_id: account, at: at, user: user}
"""
WORKER = """
import json, sys, time, types
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

folder, url, name, seconds, mutant = Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), json.loads(sys.argv[5])
from keepwell.app import installation as installations, actions, databases, queries
from keepwell.app.viewers import operator
here, by = installations.build(folder, database_url=url), operator(name)
from keepwell.app.actions import locks
# As on machines of their own, whose shared folder passes no locks on.
locks.fcntl = types.SimpleNamespace(flock=lambda *given: None, LOCK_EX=0)
if mutant:
    from tests.drills.mutants import Mutant, broken
    held = broken(Mutant(*mutant))
    held.__enter__()
errors, loads, uses, runs, began, nth = [], 0, 0, 0, time.monotonic(), 0
while time.monotonic() - began < seconds:
    nth += 1
    place = folder / f"exports-{name}-{nth}"
    place.mkdir()
    rows = [f"{name}-{nth}-{n},A-{n % 5},2026-03-01 10:00,p{name}{n % 7}" for n in range(50)]
    (place / "usage.csv").write_text("id,account,at,user\\n" + "\\n".join(rows) + "\\n")
    (place / "accounts.csv").write_text("id,from\\n" + "\\n".join(f"A-{n},2025-01-01" for n in range(5)) + "\\n")
    try:
        found = actions.imports.run(installation=here, paths=place, by=by, at=datetime.now(UTC))
        loads += found.batch is not None
        uses += 50
        if nth % 3 == 0:
            as_of = date(2026, 3, 2) + timedelta(days=nth)
            run = actions.scores.run(installation=here, as_of=as_of, by=by, at=datetime.now(UTC))
            assert run.accounts == 5, run
            runs += 1
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
print(json.dumps({"errors": errors, "loads": loads, "uses": uses, "runs": runs}))
"""
MUTANTS = (
    Mutant("no-database-lock", "keepwell.app.actions.locks", "_of_the_database", 'connection.vendor != "postgresql"', "True"),
)  # fmt: skip


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Work for `cases` seconds, then compare what each process was told with what is there."""
    yield from _tried(folder, cases, None)


def _tried(folder: Path, seconds: int, mutant: Mutant | None) -> Iterator[list[str]]:
    given = [mutant.name, mutant.module, mutant.function, mutant.line, mutant.broken] if mutant else []  # fmt: skip
    with servers.postgresql() as server:
        if server is None:
            yield []
            return
        place = folder / "together"
        workspace.create(place, name="Together", zone="Europe/Berlin", currency="EUR")
        (place / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        url = server.new_database("together")
        _begin(place, url)
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(place), url, f"w{nth}", str(seconds), json.dumps(given)],
                stdout=subprocess.PIPE, text=True,
            )
            for nth in range(PROCESSES)
        ]  # fmt: skip
        told = [json.loads(worker.communicate()[0]) for worker in workers]
        yield [sentence for each in told for sentence in each["errors"]]
        yield _compared(place, url, told)


def _run(code: str, *given: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", code, *given], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout or "{}")
    return found


def _begin(folder: Path, url: str) -> None:
    _run(
        """
import sys
from datetime import UTC, datetime
from pathlib import Path
from keepwell.app import installation as installations, actions
from keepwell.app.viewers import operator
here = installations.build(Path(sys.argv[1]), database_url=sys.argv[2])
by, at = operator("drill"), datetime.now(UTC)
actions.migrations.run(installation=here, by=by, at=at)
actions.scorecards.publish(text=sys.argv[3], note="first", by=by, at=at, parent=None)
""",
        str(folder),
        url,
        CARD,
    )


def _compared(folder: Path, url: str, told: list[dict[str, int]]) -> list[str]:
    there = _run(
        """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from keepwell.app import installation as installations, actions, queries
from keepwell.app.viewers import SYSTEM, operator
from keepwell.facts import datafiles
here = installations.build(Path(sys.argv[1]), database_url=sys.argv[2])
with queries.snapshots.take(SYSTEM, here) as snapshot, here.duckdb.cursor() as con:
    rows = datafiles.rows_of(snapshot.existing("usage").facts)
    uses, ids = con.execute(f"SELECT count(*), count(DISTINCT id) FROM {rows}").fetchall()[0]
    batch = snapshot.batch
report = actions.verification.run(installation=here, by=operator("drill"), at=datetime.now(UTC))
print(json.dumps({"uses": uses, "ids": ids, "batch": batch, "problems": [str(each) for each in report.problems],
                  "runs": len(queries.runs.latest_by_date(SYSTEM, "published", datetime(2100, 1, 1).date()))}))
""",
        str(folder),
        url,
    )
    sums = Counter[str]()
    for each in told:
        sums.update({name: each[name] for name in ("loads", "uses")})
    wrong = []
    if (there["uses"], there["ids"]) != (sums["uses"], sums["uses"]):
        wrong.append(f"{sums['uses']} uses were accepted, {there['uses']} are there, {there['ids']} different ones")  # fmt: skip
    if there["batch"] != sums["loads"]:
        wrong.append(f"{sums['loads']} loads were told of, the latest is {there['batch']}")
    return [*wrong, *(there["problems"] if isinstance(there["problems"], list) else [])]


class TogetherDrill(Drill):
    """Its processes are others than this one, where a line has to be broken too."""

    def notices(self, mutant: Mutant, folder: Path) -> str:
        return next((broken[0] for broken in _tried(folder, 3 * self.quick_cases, mutant) if broken), "")  # fmt: skip


DRILL = TogetherDrill("together", tried, MUTANTS, cases=600, quick_cases=5)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
