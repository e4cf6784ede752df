"""This file keeps people outside apart from facts: surrogates for their ids, and their words and names in records only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
from django.db import connection
from django.db.models import Max

from keepwell.app.models.people import Person, PersonalValue
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import Table

SURROGATES = "surrogates"
CHUNK = 5000  # both databases take this many parameters in one question
PERSON = ("number", "space", "outside_id")
ROWS = 300  # of three parameters each, a statement: from there on more of them gain nothing
FEW = 20  # times more people kept than asked for: up to there reading all of them costs less than asking for each
Item = TypeVar("Item")


def give_surrogates(con: duckdb.DuckDBPyConnection, met: Sequence[str]) -> None:
    """Fill the table `surrogates` (space, outside_id, number, surrogate, is_new) for everybody whom the queries `met` name.

    A company's first import can bring hundreds of thousands, so they are numbered where they stand. Those never met
    before are saved by the load's own transaction: a surrogate exists once a fact carries it.
    """
    nobody = "SELECT NULL::VARCHAR AS space, NULL::VARCHAR AS outside_id WHERE false"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE met (space, outside_id) AS {' UNION '.join(met) or nobody}"
    )
    highest = Person.objects.aggregate(highest=Max("number"))["highest"] or 0
    _keep(con, "known_people", _known(con) if highest else _people([]))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {SURROGATES} AS
        SELECT space, outside_id, number, 'u' || number AS surrogate, is_new FROM (
            SELECT space, outside_id, number, false AS is_new FROM known_people SEMI JOIN met USING (space, outside_id)
            UNION ALL
            SELECT space, outside_id, {highest} + row_number() OVER (ORDER BY space, outside_id), true
            FROM met ANTI JOIN known_people USING (space, outside_id)
        )
    """)


def save(con: duckdb.DuckDBPyConnection) -> None:
    """Keep those met for the first time, many rows a statement: one by one took half the time of an import."""
    rest: list[tuple[Any, ...]] = []

    def whole() -> Iterator[list[Any]]:
        for chunk in _chunks(
            _rows(
                con, f"SELECT {', '.join(PERSON)} FROM {SURROGATES} WHERE is_new ORDER BY number"
            ),
            ROWS,
        ):
            if len(chunk) == ROWS:
                yield list(chain.from_iterable(chunk))
            else:
                rest.extend(chunk)

    with connection.cursor() as cursor:
        # Both drivers take any iterable; a list would hold every new person at once.
        cursor.executemany(_insertion(ROWS), whole())  # type: ignore[arg-type]
        cursor.executemany(_insertion(1), rest)


def _insertion(rows: int) -> str:
    names = ", ".join(connection.ops.quote_name(name) for name in PERSON)
    return f"INSERT INTO {Person._meta.db_table} ({names}) VALUES " + ", ".join(
        ["(%s, %s, %s)"] * rows
    )


def _known(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Look up who among those met has a number."""
    kept = Person.objects.values_list("space", "outside_id", "number")
    spaces = dict(
        con.execute("SELECT space, count(*) FROM met GROUP BY space ORDER BY space").fetchall()
    )
    if Person.objects.count() <= FEW * sum(spaces.values()):
        return _people(kept.filter(space__in=spaces).iterator(CHUNK))
    return _people(
        person
        for space in spaces
        for chunk in _chunks(
            outside
            for (outside,) in _rows(
                con, f"SELECT outside_id FROM met WHERE space = {literal(space)}"
            )
        )
        for person in kept.filter(space=space, outside_id__in=chunk)
    )


def _people(rows: Iterable[tuple[str, str, int]]) -> pa.Table:
    spaces, outside_ids, numbers = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), ())
    return pa.table(
        {
            "space": pa.array(spaces, pa.string()),
            "outside_id": pa.array(outside_ids, pa.string()),
            "number": pa.array(numbers, pa.int64()),
        }
    )


def read_words(con: duckdb.DuckDBPyConnection, table: Table, keys: str, *, into: str) -> None:
    """Fill the table `into` with the kept personal values of the facts that the query `keys` names: fact, then a column each."""
    facts: list[str] = []
    columns: list[str] = []
    values: list[str] = []
    for chunk in _chunks(key for (key,) in _rows(con, keys)):
        for kept in PersonalValue.objects.filter(table=table.name, fact__in=chunk):
            facts.append(kept.fact)
            columns.append(kept.column)
            values.append(kept.value)
    _keep(
        con,
        "words",
        pa.table(
            {
                "fact": pa.array(facts, pa.string()),
                "name": pa.array(columns, pa.string()),
                "value": pa.array(values, pa.string()),
            }
        ),
    )
    pivoted = ", ".join(
        f"max(value) FILTER (name = {literal(column.name)}) AS {quoted(column.name)}"
        for column in table.columns
        if column.personal
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT fact, {pivoted} FROM words GROUP BY fact"
    )


def save_words(
    con: duckdb.DuckDBPyConnection, table: Table, accepted: str, key: str, replaced: str
) -> None:
    """Keep the personal values of accepted rows; those of the rows that they replace go."""
    personal = [column.name for column in table.columns if column.personal]
    persons = [quoted(column.name) for column in table.columns if column.person]
    whose = f"coalesce({', '.join(persons)}, '')" if persons else "''"
    if not personal:
        return
    for chunk in _chunks(fact for (fact,) in _rows(con, f"SELECT id FROM {replaced}")):
        PersonalValue.objects.filter(table=table.name, fact__in=chunk).delete()
    for name in personal:
        query = f"SELECT {key}, {quoted(name)}, {whose} FROM {accepted} WHERE {quoted(name)} IS NOT NULL"
        for chunk in _chunks(_rows(con, query)):
            PersonalValue.objects.bulk_create(
                PersonalValue(
                    table=table.name, fact=fact, column=name, value=value, surrogate=surrogate
                )
                for fact, value, surrogate in chunk
            )


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    rows = con.execute(
        query
    )  # temporary tables are this connection's own: a cursor would not see them
    while chunk := rows.fetchmany(CHUNK):
        yield from chunk


def _chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _keep(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register(f"{name}_arrow", rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_arrow")
    con.unregister(f"{name}_arrow")
