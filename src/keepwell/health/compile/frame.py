"""This file aligns the results of queries: columns by account, all in the order of one list of
accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.scoring.arrays import Dates, Flags, Numbers, Words


class Frame:
    """Columns of every account; a column that no query gave is missing for all."""

    def __init__(self, accounts: Sequence[str]) -> None:
        self.accounts = list(accounts)
        self._ids = pa.array(self.accounts, pa.string())
        self._columns: dict[str, pa.ChunkedArray] = {}
        self._arrays: dict[str, npt.NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.accounts)

    def add(self, found: pa.Table) -> None:
        """Add the columns of one query's result, which has each `account_id` at most once and in
        any order.

        A result without `account_id` has at most one row, which counts for every account.
        """
        if "account_id" in found.column_names:
            places = pc.index_in(self._ids, value_set=found["account_id"].combine_chunks())
            aligned = found.drop_columns(["account_id"]).take(places)
        else:
            aligned = found.take(pa.array([0 if found.num_rows else None] * len(self), pa.int64()))
        self._columns |= {name: aligned[name] for name in aligned.column_names}

    def add_array(self, name: str, column: npt.NDArray[Any]) -> None:
        """Add a column of numbers or days that is in the order of the accounts already."""
        self._arrays[name] = column

    def numbers(self, name: str) -> Numbers:
        if name in self._arrays:
            return self._arrays[name].astype(np.float64)
        column = self._columns.get(name)
        if column is None:
            return np.full(len(self), np.nan)
        return np.asarray(
            column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64
        )

    def dates(self, name: str) -> Dates:
        if name in self._arrays:
            return self._arrays[name].astype("datetime64[D]")
        column = self._columns.get(name)
        return (
            self.constant_date(None)
            if column is None
            else column.to_numpy(zero_copy_only=False).astype("datetime64[D]")
        )

    def constant_date(self, on: date | None) -> Dates:
        """Repeat one date, or no date, for every account."""
        return np.full(len(self), np.datetime64(on or "NaT", "D"))

    def flags(self, name: str) -> Flags:
        column = self._columns.get(name)
        if column is None:
            return np.zeros(len(self), bool)
        return np.asarray(
            pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=np.bool_
        )

    def words(self, name: str) -> Words:
        column = self._columns.get(name)
        words: Any = np.full(len(self), None, dtype=object)
        return words if column is None else np.asarray(column.to_pylist(), dtype=object)
