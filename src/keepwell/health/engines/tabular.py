"""This file reads scores and lines out of the wide table that a compiled definition gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.engines.protocol import Line, Score
from keepwell.health.spec.band import band_of
from keepwell.health.spec.scorecard import Definition, Leaf, walk

LINES = pa.schema(
    [
        ("account_id", pa.string()),
        ("as_of", pa.date32()),
        ("path", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("value", pa.float64()),
        ("label", pa.string()),
        ("target", pa.float64()),
        ("points", pa.float64()),
        ("weight", pa.float64()),
        ("effective_weight", pa.float64()),
        ("contribution", pa.float64()),
        ("missing", pa.string()),
        ("is_stale", pa.bool_()),
        ("data_age_days", pa.int64()),
        ("carried_days", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Tabular:
    """One run's result over a wide Arrow table: a row an account, a few columns an entry."""

    definition: Definition
    as_of: date
    wide: pa.Table

    def scores(self) -> list[Score]:
        columns = ("account_id", "score", "coverage", "freshness_days")
        cells = zip(*(self.wide[name].to_pylist() for name in columns), strict=True)
        return [self._score(*row) for row in cells]

    def _score(self, account_id: str, score: float | None, coverage: float, freshness_days: float | None) -> Score:
        if score is None:
            return Score(account_id, self.as_of, None, None, None, coverage, freshness_days, "not enough data")
        band = band_of(score, self.definition.bands)
        return Score(account_id, self.as_of, score, band.name, band.meaning, coverage, freshness_days, "scored")

    def lines(self) -> list[Line]:
        return [Line(**row) for row in self.lines_arrow.to_pylist()]

    @cached_property
    def lines_arrow(self) -> pa.Table:
        """All lines as one Arrow table (`LINES`), by account and, within it, in the order of the tree."""
        tables = list(self._entries())
        order = pa.array(np.tile(np.arange(self.wide.num_rows), len(tables)))
        joined = pa.concat_tables(tables)
        rank = pa.array(np.repeat(np.arange(len(tables)), self.wide.num_rows))
        keyed = pa.table({"account": order, "entry": rank})
        return joined.take(pc.sort_indices(keyed, [("account", "ascending"), ("entry", "ascending")]))

    def _entries(self) -> Iterator[pa.Table]:
        for at, (path, entry) in enumerate(walk(self.definition.root)):
            points, share = self.wide[f"n{at}__points"], self.wide[f"n{at}__share"]
            leaf = entry.measure.name if isinstance(entry, Leaf) else ""
            columns: dict[str, Any] = {
                "account_id": self.wide["account_id"],
                "as_of": self._constant(self.as_of, pa.date32()),
                "path": self._constant(path, pa.string()),
                "kind": self._constant("measure" if leaf else "group", pa.string()),
                "name": self._constant(entry.name, pa.string()),
                "points": points,
                "weight": self._constant(entry.weight, pa.float64()),
                "effective_weight": share,
                "contribution": pc.fill_null(pc.multiply(points, share), 0.0),
                "missing": self.wide[f"n{at}__missing"] if leaf else self._constant(None, pa.string()),
            }
            for name, part in (("value", "value"), ("label", "label"), ("target", "target"), ("is_stale", "stale"),
                               ("data_age_days", "age"), ("carried_days", "carried")):  # fmt: skip
                absent = False if name == "is_stale" else None
                columns[name] = self.wide[f"{leaf}__{part}"] if leaf else self._constant(absent, LINES.field(name).type)
            yield pa.table({name: columns[name] for name in LINES.names}).cast(LINES)

    def _constant(self, value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), self.wide.num_rows)
