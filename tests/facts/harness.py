"""This file stages small files for tests, and shows the result as plain values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from keepwell.facts import duckdb_session, mapping, sandbox, staging
from keepwell.facts.staging import Stage
from keepwell.facts.staging.money import Rate

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
ACCOUNTS = ("A-1", "A-2", "A-3")

# Most rules are shown on readings: an id, an account, a moment, a name and a number.
READINGS = """
sources:
  - file: "{file}"
    table: readings
    format: {format}
    fields: {{id: id, account_id: account, at: {at}, name: name, value: {value}}}
"""


@dataclass(frozen=True)
class Staged:
    """A stage and its connection."""

    con: duckdb.DuckDBPyConnection
    stage: Stage

    def rows(self, columns: str = "*", table: str = "readings") -> list[tuple[Any, ...]]:
        """The accepted rows of a table, in the order of their lines."""
        return self.con.execute(
            f"SELECT {columns} FROM stage_{table} ORDER BY file, line"
        ).fetchall()

    def rejected(self, columns: str = "line, field, reason, found") -> list[tuple[Any, ...]]:
        return self.con.execute(f"SELECT {columns} FROM rejected ORDER BY file, line").fetchall()

    @property
    def received(self) -> int:
        return sum(source.received for source in self.stage.sources)


def readings(
    file: str = "r.csv", *, format: str = "{}", at: str = "at", value: str = "value"
) -> str:
    return READINGS.format(file=file, format=format, at=at, value=value)


def stage(
    folder: Path,
    text: str,
    *,
    accounts: Iterable[str] = ACCOUNTS,
    zone: str = "UTC",
    currency: str = "EUR",
    at: datetime = AT,
    rates: Iterable[Rate] = (),
) -> Staged:
    """Stage a folder with a mapping, on a connection that can open files only there and in a scratch folder."""
    scratch = Path(tempfile.mkdtemp())
    con = duckdb_session.connect(scratch, memory="500MB")
    sandbox.restrict(con, [folder, scratch])
    read = mapping.read(text)
    staged = staging.stage(
        con,
        read,
        folder,
        known_accounts=accounts,
        zone=zone,
        currency=currency,
        at=at,
        known_rates=rates,
    )
    return Staged(con, staged)


def write(folder: Path, text: str | bytes, name: str = "r.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
