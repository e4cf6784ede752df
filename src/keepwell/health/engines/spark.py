"""This file runs definitions in Spark, over Parquet data files: the same expressions, the same
numbers."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from keepwell.health.compile.queries import Facts
from keepwell.health.definition.table import Table, Type
from keepwell.health.engines import current_rows
from keepwell.health.engines.ibis import IbisEngine
from keepwell.health.engines.protocol import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES: dict[Type, str] = {
    "text": "string",
    "date": "date",
    "moment": "timestamp_ntz",  # moments are in UTC and without a zone, whatever zone Spark keeps
    "quantity": "decimal(18,6)",
    "money": "decimal(18,6)",
    "flag": "boolean",
}
ROLLUP_TYPES = {
    name: kind.replace("VARCHAR", "string") for name, kind in current_rows.ROLLUP_TYPES.items()
}
REJECTED_TYPES = {
    name: kind.replace("VARCHAR", "string") for name, kind in current_rows.REJECTED_TYPES.items()
}


class Spark(IbisEngine):
    """Scores facts held as Parquet data files that Spark can read; needs the extra
    `keepwell[spark]` and Java.

    Its views are temporary ones of the `SparkSession`: one instance at a time in each.
    """

    def __init__(self, source: Source, spark: SparkSession) -> None:
        self.spark = spark
        self.backend = ibis.pyspark.connect(spark)
        self._table_numbers = count()
        super().__init__(self._facts(source), self)

    def compile(self, expression: ir.Table) -> str:
        return str(self.backend.compile(expression))

    def run(self, sql: str) -> pa.Table:
        # The whole result at once: it has one row for every account, not one for every fact.
        found: pa.Table = self.spark.sql(sql).toArrow()
        return found

    def register(self, table: pa.Table, name: str = "") -> ir.Table:
        name = f"registered_{name or next(self._table_numbers)}"
        return self._view(name, self.spark.createDataFrame(table))

    def _facts(self, source: Source) -> Facts:
        rows = {
            name: self._view(f"current_{name}", self._current(table, source))
            for name, table in source.tables.items()
        }
        rolled = self._view("current_rollup", self._rollup(source)) if source.rolled else None
        rejected = {
            name: self._view(f"rejected_{name}", self._rejected(files, source))
            for name, files in source.rejected.items()
        }
        return Facts(source.tables, rows, source.feeds, rolled, rejected=rejected)

    def _view(self, name: str, frame: DataFrame) -> ir.Table:
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def _current(self, table: Table, source: Source) -> DataFrame:
        """Select the rows of a table that no later row superseded, up to the source's load."""
        kinds = {
            c.name: "bigint" if c.name == "batch" else SPARK_TYPES[c.type]
            for c in current_rows.stored(table)
        }
        rows = self._read(source.files.get(table.name, ()), kinds, source.through_batch)
        superseded = source.superseded.get(table.name, ())
        if not superseded:
            return rows
        gone = self.spark.read.parquet(*superseded).where(
            f"superseded_by <= {source.through_batch:d}"
        )
        gone = gone.selectExpr("id AS gone_id__", "batch AS gone_batch__")
        identity = (
            f"concat(`{table.entity}`, '@', CAST(`on` AS string))"
            if table.time == "state"
            else "id"
        )
        keyed = rows.selectExpr("*", f"{identity} AS id__")
        is_gone = (keyed["id__"] == gone["gone_id__"]) & (keyed["batch"] == gone["gone_batch__"])
        return keyed.join(gone, is_gone, "left_anti").drop("id__")

    def _rollup(self, source: Source) -> DataFrame:
        """Add up the increments of a day, only where a later load took something back."""
        rows = self._read(source.rolled, ROLLUP_TYPES, source.through_batch)
        if not source.superseded.get("usage"):
            return rows
        keys = [
            name
            for name in ROLLUP_TYPES
            if name not in (*current_rows.ROLLUP_SUMS, "batch", "known_on")
        ]
        return (
            rows.groupBy(*keys)
            .agg(dict.fromkeys(current_rows.ROLLUP_SUMS, "sum"))
            .withColumnsRenamed({f"sum({name})": name for name in current_rows.ROLLUP_SUMS})
            .where("events > 0")
        )

    def _rejected(self, files: Sequence[str], source: Source) -> DataFrame:
        """Select the rejected rows that nothing had healed by the source's load: what was said last holds."""
        latest = "row_number() OVER (PARTITION BY key ORDER BY batch DESC) AS nth__"
        rows = self._read(files, REJECTED_TYPES, source.through_batch).selectExpr("*", latest)
        return rows.where("nth__ = 1 AND NOT is_healed").select(*REJECTED_TYPES)

    def _read(
        self, files: Sequence[str], kinds: Mapping[str, str], through_batch: int
    ) -> DataFrame:
        # No rows of all columns first: files written before a column existed lack it.
        cells = ", ".join(f"CAST(NULL AS {kind}) AS `{name}`" for name, kind in kinds.items())
        empty = self.spark.sql(f"SELECT {cells} WHERE false")
        if not files:
            return empty
        rows = self.spark.read.option("mergeSchema", "true").parquet(*files)
        return empty.unionByName(rows, allowMissingColumns=True).where(
            f"batch <= {through_batch:d}"
        )


def local() -> SparkSession:
    """Start Spark on this machine alone, for tests and small companies; it listens on the loopback
    only."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }
    builder = SparkSession.builder.master("local[2]").appName("keepwell")
    started: SparkSession = builder.config(map=settings).getOrCreate()
    started.sql("SET TIME ZONE 'UTC'")
    return started
