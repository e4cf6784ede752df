"""This file packs the lines behind one account's score, and what their points were before, into one value of the database."""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from keepwell.health.engines.protocol import Line

# The first two are the account's and the date's own.
COLUMNS = tuple(field.name for field in fields(Line))[2:]


@dataclass(frozen=True)
class PackedLines:
    """The tree of one account, line by line, and the points of its entries on earlier dates.

    `runs` are the dates of the history, each with its run; rules have no history.
    """

    lines: tuple[Line, ...]
    runs: tuple[tuple[date, str], ...]
    history: Mapping[str, Mapping[date, float | None]]


def pack(
    columns: Mapping[str, Sequence[object]], runs: Sequence[tuple[date, str]], points: bytes
) -> bytes:
    """Pack an account's lines, given by column, with their points: for each line a double for each run, NaN for none.

    Points are stored as the eight bytes that they are: written as decimals they take four times as long.
    """
    head = {
        "lines": {name: columns[name] for name in COLUMNS},
        "runs": [(str(on), run_id) for on, run_id in runs],
    }
    text = json.dumps(head, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return zlib.compress(text.encode() + b"\n" + points, 1)


def unpack(packed: bytes, account_id: str, as_of: date) -> PackedLines:
    """Give what `pack` packed."""
    text, _, block = zlib.decompress(packed).partition(b"\n")
    head = json.loads(text)
    # Lines that were packed before the last columns existed lack them, and have their defaults.
    columns = [head["lines"][name] for name in COLUMNS if name in head["lines"]]
    lines = tuple(Line(account_id, as_of, *row) for row in zip(*columns, strict=True))
    runs = tuple((date.fromisoformat(on), run_id) for on, run_id in head["runs"])
    points = array("d", block)
    history = {
        line.path: {
            on: None if math.isnan(earned) else earned
            for (on, _), earned in zip(
                runs, points[at * len(runs) : (at + 1) * len(runs)], strict=True
            )
        }
        for at, line in enumerate(lines)
        if line.kind != "rule"
    }
    return PackedLines(lines, runs, history)
