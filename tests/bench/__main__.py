"""This file runs the benchmarks and prints their tables: `just bench`; made data goes to the folder in KEEPWELL_BENCH."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import duckdb

from keepwell.health.engines.duckdb import DuckDB
from tests.bench import importing, scoring
from tests.bench.paired import paired, peak_mb, timed

SIZES = (3_700_000, 20_000_000)


def score_rows(folder: Path) -> None:
    print("| one date, 12 measures | ours, s | by hand, s | ratio | processor | peak ours, MB | peak by hand, MB |")
    print("|---|---|---|---|---|---|---|")
    for size in SIZES:
        score_row(folder / f"scoring-{size}", size)


def score_row(place: Path, size: int) -> None:
    engine = DuckDB(scoring.make(place, size))
    connection, sql, card = duckdb.connect(), scoring.by_hand(place), scoring.card()
    compared = scoring.agree(place, size)
    pair = paired(
        lambda: engine.score(card, scoring.AS_OF).lines_arrow,
        lambda: connection.execute(sql).to_arrow_table(),
    )
    engine.close()
    memory = peak_mb(scoring.ours, place, size), peak_mb(scoring.theirs, place)
    print(
        f"| {size:,} events ({compared:,} numbers equal) | {pair.ours_s:.2f} | {pair.theirs_s:.2f} | {pair.ratio:.2f} "
        f"| {pair.cpu_ratio:.2f} | {memory[0]:,.0f} | {memory[1]:,.0f} |"
    )


def import_rows(folder: Path) -> None:
    print("| import, whole | ours, s | bare load, s | speed | processor | peak ours, MB | peak bare, MB |")
    print("|---|---|---|---|---|---|---|")
    for size in (1_000_000, SIZES[0]):
        import_row(folder / f"importing-{size}", size, importing.TEXTS)
    import_row(folder / f"importing-numbers-{SIZES[0]}", SIZES[0], importing.NUMBERS)


def import_row(place: Path, size: int, kind: str) -> None:
    exports = importing.make(place, size, kind=kind)
    pair = paired(lambda: importing.ours(place, exports), lambda: importing.theirs(place, exports), runs=3)
    memory = peak_mb(importing.ours, place, exports), peak_mb(importing.theirs, place, exports)
    print(
        f"| {size:,} rows: {kind} | {pair.ours_s:.2f} | {pair.theirs_s:.2f} | {1 / pair.ratio:.2f} "
        f"| {1 / pair.cpu_ratio:.2f} | {memory[0]:,.0f} | {memory[1]:,.0f} |"
    )


def late_rows(folder: Path) -> None:
    print("| 10,000 late events | ours, s | full roll-up, s | share |")
    print("|---|---|---|---|")
    place = folder / f"importing-{SIZES[0]}"
    workspace = importing.ours(place, importing.make(place, SIZES[0]))
    own = timed(lambda: importing.late_increment(place))
    full = timed(lambda: importing.full_roll_up(place, workspace))
    print(f"| roll-up after {SIZES[0]:,} events | {own[0]:.3f} | {full[0]:.2f} | {own[0] / full[0]:.1%} |")
    whole = timed(lambda: importing.late(place, workspace))
    print(f"| their import, whole | {whole[0]:.2f} | | |")


BENCHES = {"scoring": score_rows, "importing": import_rows, "late": late_rows}


def main() -> None:
    folder = Path(os.environ.get("KEEPWELL_BENCH") or tempfile.mkdtemp(prefix="keepwell-bench-"))
    for name in sys.argv[1:] or list(BENCHES):
        BENCHES[name](folder)
        print()


if __name__ == "__main__":
    main()
