"""This file tests that merging the data files of real loads keeps what each load brought."""

from __future__ import annotations

from decimal import Decimal

import pytest

from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import facts
from keepwell.facts import compaction, contents, duckdb_session
from keepwell.facts.contents import Footer
from keepwell.health.definition.table import Column
from tests.app.test_loads import load
from tests.cast import VIEWER, Import, line, ticket, use

pytestmark = pytest.mark.both_databases


def test_merging_the_files_of_loads_keeps_what_each_load_brought(
    installation: Installation,
) -> None:
    first = Import().rows("usage", use("1"), use("2", quantity=Decimal("1.5")), use("3", "A-2"))
    load(
        installation,
        first.rows("tickets", ticket("T-1")).rows("contracts", line("L-1", annual_amount=9)),
    )
    nps = Column("nps", "quantity", "", personal=False)
    second = Import().rows("usage", use("2", day=2), use("3", "A-2", user="otto"), use("4", "A-0"))
    second.rows("tickets", ticket("T-2", nps=7), ticket("T-1", priority="high"), extras=(nps,))
    load(installation, second)
    con, merged = duckdb_session.connect(installation.tmp), []
    for table, kind in DataFile.objects.order_by("table", "kind").values_list("table", "kind").distinct():  # fmt: skip
        listed = DataFile.objects.filter(table=table, kind=kind).order_by("first_batch")
        paths = [installation.data / each.path for each in listed]
        target = installation.tmp / f"{table}-{kind}.parquet"
        one = compaction.compact(con, paths, target, installation.disk, table=facts.table(VIEWER, table), footer=Footer(table, kind, {}))  # fmt: skip
        footers = [contents.read_footer(path) for path in paths]
        assert one.contents == {b: c for each in footers if each for b, c in each.contents.items()}
        merged.append((table, kind, len(paths)))
    assert merged == [
        ("contracts", "facts", 1),
        ("tickets", "facts", 2),
        ("tickets", "superseded", 1),
        ("usage", "facts", 2),
        ("usage", "rolled", 2),
        ("usage", "superseded", 1),
    ]
