"""This file holds that the pages can fail: with any one cell changed, they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Result
from tests.book import checking, page
from tests.book.checking import Engine
from tests.book.expectations import Expected
from tests.book.page import Page
from tests.book.test_book import PAGES, engine

OTHER = {"yes": "no", "no": "yes", "-": "7"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_cell_is_idle(path: Path, tmp_path: Path) -> None:
    read, kept = page.read(path), dict[object, Sequence[Result]]()
    oracle = engine("oracle", read, tmp_path)

    def once(definition: Definition, dates: Sequence[date], through_batch: int) -> Sequence[Result]:
        asked = (read.cards.index(definition), tuple(dates), through_batch)
        kept[asked] = kept.get(asked) or oracle(definition, dates, through_batch)
        return kept[asked]

    for expected in read.expected:
        checking.check(read, expected, once)
        idle = [what for what, wrong in changed(expected) if is_held(read, wrong, once)]
        assert not idle, f"{expected.kind} on {expected.as_of} hold whatever these say"


def is_held(read: Page, expected: Expected, oracle: Engine) -> bool:
    try:
        checking.check(read, expected, oracle)
    except AssertionError:
        return False
    return True


def changed(expected: Expected) -> Iterator[tuple[str, Expected]]:
    """The same expectation with one cell changed, for every cell."""
    for nth, row in enumerate(expected.rows):
        for name, text in row.items():
            rows = [*expected.rows[:nth], row | {name: other(text)}, *expected.rows[nth + 1 :]]
            yield f"{name} of row {nth + 1}", replace(expected, rows=rows)


def other(text: str) -> str:
    """Another cell of the same kind.

    >>> other("60 %"), other("-30"), other("Green")
    ('61 %', '-29', 'Green, or not')
    """
    number, space, share = text.partition(" %")
    try:
        decimals = len(number.partition(".")[2])
        return f"{float(number) + 1:.{decimals}f}{space}{share}"
    except ValueError:
        return OTHER.get(text, f"{text}, or not")
