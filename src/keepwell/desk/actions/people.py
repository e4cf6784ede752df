"""This file keeps people outside apart from facts: surrogates for their ids, and their words and names in records only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import duckdb
import pyarrow as pa
from django.db import connection
from django.db.models import Max

from keepwell.desk.records.people import Person, PersonalValue
from keepwell.facts.working_place import literal, quoted
from keepwell.health.spec.table import Table

SURROGATES = "surrogates"
Item = TypeVar("Item")


class Met(NamedTuple):
    """Somebody whom an import names for the first time. A company's first import can bring hundreds of thousands."""

    number: int
    space: str
    outside_id: str


CHUNK = 5000  # both databases take this many parameters in one question


def give_surrogates(con: duckdb.DuckDBPyConnection, met: Sequence[str]) -> list[Met]:
    """Fill the table `surrogates` (space, outside_id, surrogate) for everybody whom the queries `met` name.

    Returns those never met before. They are saved by the landing's own transaction: a surrogate exists once a fact carries it.
    """
    found = con.execute(" UNION ".join(met)).fetchall() if met else []
    known = _known(found)
    number = Person.objects.aggregate(highest=Max("number"))["highest"] or 0
    unknown = sorted(set(found) - known.keys())
    new = [Met(number + nth, space, outside) for nth, (space, outside) in enumerate(unknown, 1)]
    known |= {(person.space, person.outside_id): person.number for person in new}
    people = pa.table(
        {
            "space": pa.array([space for space, _ in known], pa.string()),
            "outside_id": pa.array([outside for _, outside in known], pa.string()),
            "surrogate": pa.array([f"u{number}" for number in known.values()], pa.string()),
        }
    )
    _keep(con, SURROGATES, people)
    return new


def save(new: Sequence[Met]) -> None:
    """Keep those met for the first time, as plain rows: making an object of each took half the time of an import."""
    columns = ", ".join(connection.ops.quote_name(name) for name in Met._fields)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {Person._meta.db_table} ({columns}) VALUES (%s, %s, %s)", list(new))


def _known(found: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    spaces: dict[str, list[str]] = {}
    for space, outside in found:
        spaces.setdefault(space, []).append(outside)
    return {
        (space, outside): number
        for space, ids in spaces.items()
        for chunk in _chunks(ids)
        for outside, number in Person.objects.filter(space=space, outside_id__in=chunk).values_list(
            "outside_id", "number"
        )
    }


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
    con.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT fact, {pivoted} FROM words GROUP BY fact")


def save_words(con: duckdb.DuckDBPyConnection, table: Table, accepted: str, key: str, replaced: str) -> None:
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
                PersonalValue(table=table.name, fact=fact, column=name, value=value, surrogate=surrogate)
                for fact, value, surrogate in chunk
            )


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    rows = con.execute(query)  # temporary tables are this connection's own: a cursor would not see them
    while chunk := rows.fetchmany(CHUNK):
        yield from chunk


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _keep(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register(f"{name}_arrow", rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_arrow")
    con.unregister(f"{name}_arrow")
