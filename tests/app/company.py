"""This file is a company that one process serves: run as a program, it imports, scores and reads for a while and tells what it saw."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from keepwell.app import installation as installations
from keepwell.app import workspace
from keepwell.app.installation import Installation
from keepwell.app.viewers import operator
from tests.cast import CARD, VIEWER

BY, AT = operator("tests"), datetime(2026, 3, 2, 12, tzinfo=UTC)
AS_OF = date(2026, 3, 2)
ROUNDS = 3
MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2025-01-01, expected_every: 7 days}
    fields: {account_id: id, name: company, valid_from: from, started_on: started}
  - file: usage-*.csv
    table: usage
    feed: {name: product, covers: all, since: 2025-01-01, expected_every: 7 days}
    fields: {id: id, account_id: account, at: at, user: user}
"""


@dataclass(frozen=True)
class Seen:
    """What a company's process read in the end: its accounts, the points of each by date, and sentences of all."""

    accounts: list[str]
    points: dict[str, dict[str, float | None]]
    sentences: list[str]
    loads: int


def create(folder: Path, prefix: str, accounts: int) -> None:
    """Make the workspace of a company whose account ids all begin with `prefix`; the nth used the product n times a round."""
    workspace.create(folder, name=prefix, zone="Europe/Berlin", currency="EUR")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    exports = folder / "exports"
    exports.mkdir()
    names = [f"{prefix}-{nth}" for nth in range(1, accounts + 1)]
    lines = ["id,company,from,started", *(f"{n},{n} Ltd,2025-01-01,2025-01-01" for n in names)]
    (exports / "accounts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for each in range(ROUNDS):
        uses = [
            f"{name}-{each}-{use},{name},2026-02-2{each},mia@{prefix}"
            for nth, name in enumerate(names)
            for use in range(nth)
        ]
        text = "\n".join(["id,account,at,user", *uses]) + "\n"
        (exports / f"usage-{each}.csv").write_text(text, encoding="utf-8")


def live(built: Installation) -> Seen:
    """Import a file, score two dates and read everything, round after round."""
    from keepwell.app import actions, queries
    from keepwell.health.explain import prose

    exports = built.folder / "exports"
    for nth in range(ROUNDS):
        files = [exports / "accounts.csv", exports / f"usage-{nth}.csv"]
        actions.imports.run(installation=built, paths=files, by=BY, at=AT + timedelta(hours=nth))
        if not nth:
            actions.scorecards.publish(text=CARD, note="first", by=BY, at=AT, parent=None)
        dates = [AS_OF - timedelta(days=7), AS_OF]
        runs = actions.scores.runs(installation=built, dates=dates, by=BY, at=AT)
        points, sentences = {}, []
        for run in runs:
            rows = queries.scores.rows(VIEWER, run.run_id)
            points[run.as_of.isoformat()] = {row.account_id: row.score for row in rows}
            for row in rows:
                why = queries.explanations.explanation(VIEWER, built, run, row.account_id)
                sentences.append(prose.sentence(why.summary))
    accounts = [account.account_id for account in queries.accounts.everyone(VIEWER)]
    return Seen(accounts, points, sentences, len(queries.loads.history(VIEWER)))


if __name__ == "__main__":
    folder, database_url = Path(sys.argv[1]), sys.argv[2]
    built = installations.build(folder, database_url=database_url)
    from keepwell.app.actions import migrations

    migrations.run(installation=built, by=BY, at=AT)
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()  # until the other company's process is ready too
    print(json.dumps(asdict(live(built))))  # noqa: T201
