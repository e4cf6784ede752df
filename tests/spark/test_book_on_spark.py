"""This file runs pages of the book on Spark, with and without the roll-up, against the oracle."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keepwell.health.engines import spark
from tests.book import engines, page

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PAGES = sorted(page.PAGES.glob("*.md"))
pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("KEEPWELL_EXAMPLES"),
        reason="Spark takes minutes: it runs with `just random`",
    ),
    pytest.mark.skipif(
        not shutil.which("java"), reason="Spark needs Java: apt-get install openjdk-17-jre-headless"
    ),
    pytest.mark.filterwarnings("default"),  # PySpark has warnings of its own
]


@pytest.fixture(scope="module")
def started() -> Iterator[SparkSession]:
    pytest.importorskip("pyspark", reason="Spark needs the extra: uv sync --extra spark")
    found = spark.local()
    yield found
    found.stop()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_page_holds_on_spark(path: Path, started: SparkSession, tmp_path: Path) -> None:
    read = page.read(path)
    expected = read.expected[0]
    given = (read.tables, read.facts, read.feeds)
    rolled = int(path.stem[:2]) % 2 == 0  # every other page: each run takes seconds
    source = engines.write(*given, expected.through_batch, tmp_path, rolled, read.rejected)
    *_, got = spark.Spark(source, started).scores(
        read.definition, [*expected.after, expected.as_of]
    )
    wanted = engines.reference(
        *given,
        read.definition,
        expected.as_of,
        expected.through_batch,
        expected.after,
        read.rejected,
    )
    for ours, theirs in ((got.scores(), wanted.scores()), (got.lines(), wanted.lines())):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            for left, right in zip(astuple(one), astuple(other), strict=True):
                if isinstance(left, float) and isinstance(right, float):
                    assert math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9), (
                        f"{one}\nand not\n{other}"
                    )
                else:
                    assert left == right, f"{one}\nand not\n{other}"
