"""This file scores rows of customers by a card whose measures have the names of columns: the column holds the measure's value, and the card does the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from keepwell.errors import did_you_mean
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Baseline, Lookup, OwnTarget, Peers
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge.customer_table import Column, UnfitTable
from keepwell.health.scoring import scores
from keepwell.health.scoring.arrays import Numbers
from keepwell.health.scoring.values import REASON_CODES, Values


@dataclass(frozen=True)
class CardColumns:
    """A card, the column of each measure that has one, and the measures that have none.

    `notes` say what of the card cannot be judged by one row a customer, and what was done instead.
    """

    definition: Definition
    columns: dict[str, str]  # by name of the measure
    without_column: tuple[str, ...]
    notes: tuple[str, ...]


def match(definition: Definition, columns: tuple[Column, ...]) -> CardColumns:
    """Find the column of each measure by its name; raises `UnfitTable` where none has one, or where a
    scale needs what one row cannot have."""
    by_name = {_folded(each.name): each for each in reversed(columns)}
    found: dict[str, str] = {}
    for measure in definition.measures:
        column = by_name.get(_folded(measure.name))
        if column is not None:
            found[measure.name] = column.name
            _fits(measure, column)
    if not found:
        names = [each.name for each in columns]
        way_out = did_you_mean(definition.measures[0].name, names) if definition.measures else ""
        raise UnfitTable(
            "No measure of the card has the name of a column that is judged. A column's cells are taken as the value of the "
            "measure of its name.",
            place=definition.name,
            way_out=way_out,
        )
    without = tuple(each.name for each in definition.measures if each.name not in found)
    notes = []
    if definition.segments or definition.exemptions:
        notes.append(
            "Segments and exemptions of the card are left aside: all rows get the card as it stands."
        )
    if without:
        notes.append(
            f"{len(without)} of {len(definition.measures)} measures have no column and are missing for all: {', '.join(without)}."
        )
    return CardColumns(definition, found, without, tuple(notes))


def score(read: CardColumns, columns: tuple[Column, ...], rows: int) -> Numbers:
    """Score each row; not-a-number where the card's coverage is too low."""
    by_name = {each.name: each for each in columns}
    values = {
        measure.name: _values(measure, by_name.get(read.columns.get(measure.name, "")), rows)
        for measure in read.definition.measures
    }
    return scores.score(read.definition, values).score


def _values(measure: Measure, column: Column | None, rows: int) -> Values:
    known = column.is_known if column is not None else np.zeros(rows, dtype=np.bool_)
    numbers, labels = np.full(rows, np.nan), None
    if isinstance(measure.scale, Lookup):
        labels = np.full(rows, None, dtype=object)
    if column is not None:
        codes = column.codes[known]
        if labels is not None:
            labels[known] = np.array(column.texts(), dtype=object)[codes]
        else:
            assert column.numbers is not None, "a card that needs numbers is matched with numbers"
            numbers[known] = column.numbers[codes]
    peers = None
    if isinstance(measure.scale, Peers):
        peers = np.full(rows, "all accounts", dtype=object)
    return Values(
        numbers=numbers,
        labels=labels,
        missing=np.where(known, 0, REASON_CODES["not_covered"]).astype(np.int8),
        targets=np.full(rows, np.nan),
        is_stale=np.zeros(rows, dtype=np.bool_),
        ages=np.full(rows, np.nan),
        carried=np.full(rows, np.nan),
        peers=peers,
    )


def _fits(measure: Measure, column: Column) -> None:
    """Reject a scale that one row a customer cannot be judged by."""
    scale, what = measure.scale, ""
    if isinstance(scale, Baseline):
        what = "is measured against the account's own past, which one row does not have"
    elif isinstance(scale, OwnTarget):
        what = f"is measured against the account's own `{scale.column}`, which is not read from this file"
    elif isinstance(scale, Peers) and scale.column:
        what = f"is ranked among accounts of the same `{scale.column}`, which is not read from this file"
    elif not isinstance(scale, Lookup) and column.numbers is None:
        what = "needs numbers, and its column holds text"
    if what:
        raise UnfitTable(
            f"{what}.",
            place=f"measure {measure.name}",
            way_out="Give it another scale, or leave the column out with --leave-out.",
        )


def _folded(name: str) -> str:
    """Fold a name as measures are written: `Seats in Use` is `seats_in_use`."""
    return re.sub(r"\W+|_+", "_", name.strip()).strip("_").lower()
