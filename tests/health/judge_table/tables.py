"""This file makes columns and tables of customers for tests, with as much signal as a test asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keepwell.health.judge import customer_table
from keepwell.health.judge.customer_table import Column, CustomerTable


def numbers(name: str, cells: Sequence[float | None], *, is_date: bool = False) -> Column:
    """A column of numbers; None is missing."""
    found = np.unique([cell for cell in cells if cell is not None])
    codes = [-1 if cell is None else int(np.searchsorted(found, cell)) for cell in cells]
    return Column(name, np.array(codes), numbers=found.astype(np.float64), is_date=is_date)


def words(name: str, cells: Sequence[str | None]) -> Column:
    """A column of categories; None is missing."""
    labels = sorted({cell for cell in cells if cell is not None})
    codes = [-1 if cell is None else labels.index(cell) for cell in cells]
    return Column(name, np.array(codes), labels=tuple(labels))


def drawn(
    seed: int,
    accounts: int,
    columns: int,
    signals: int,
    *,
    strength: float = 0.7,
    leaving: float = 0.25,
    rows: int = 1,
) -> CustomerTable:
    """A table whose first columns lower the chance of leaving; the others say nothing.

    Every third column is in few steps, the last two are categories.
    """
    random = np.random.default_rng(seed)
    own = random.normal(size=(accounts, columns))
    pull = -strength * own[:, :signals].sum(axis=1)
    chance = 1 / (1 + np.exp(-(pull + np.log(leaving / (1 - leaving)))))
    left = random.random(accounts) < chance
    who = np.repeat(np.arange(accounts), rows)
    made = []
    for at in range(columns):
        cells = own[who, at] + (0.3 * random.normal(size=len(who)) if rows > 1 else 0.0)
        if at >= columns - 2:
            made.append(
                words(f"word_{at}", [f"w{step}" for step in np.digitize(cells, [-1, 0, 1])])
            )
        else:
            made.append(
                numbers(f"number_{at}", list(np.round(cells * 2) if at % 3 == 0 else cells))
            )
    made.append(words("left", ["yes" if each else "no" for each in left[who]]))
    made.append(words("id", [f"A{each:05}" for each in who]))
    return customer_table.build(tuple(made), outcome="left", account="id")
