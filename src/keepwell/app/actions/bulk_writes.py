"""This file writes and deletes many rows in short transactions, so that nobody waits long for the database."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, models, transaction

Row = TypeVar("Row")

# SQLite has one writer at a time. Some 20 ms of work a transaction leave room for a slow disk below the 150 ms that
# anybody may have to wait.
SCORES = 1_000
PACKED_LINES = 400
DELETED = 1_000


def in_parts(rows: Sequence[Row], at_once: int, write: Callable[[Sequence[Row]], None]) -> None:
    """Write rows some at a time, each part in a transaction of its own."""
    for at in range(0, len(rows), at_once):
        with short_transaction():
            write(rows[at : at + at_once])


@contextmanager
def short_transaction() -> Iterator[None]:
    """Open a transaction that nothing but its own work makes longer."""
    # With 50,000 rows in memory Python's collector of cycles would take a multiple of the time of the writes.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with transaction.atomic():
            yield
    finally:
        if was_enabled:
            gc.enable()


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows of plain values: making an object of each would take as long again as writing them."""
    quoted = connection.ops.quote_name
    names = ", ".join(map(quoted, columns))
    marks = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({marks})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def delete(rows: models.QuerySet[Any]) -> None:
    """Delete the rows of a query set, some at a time."""
    while numbers := list(rows.values_list("pk", flat=True)[:DELETED]):
        with short_transaction():
            rows.model._default_manager.filter(pk__in=numbers).delete()
