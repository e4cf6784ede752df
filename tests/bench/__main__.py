"""This file runs the benchmarks and prints their tables: `just bench`; made data goes to the folder in KEEPWELL_BENCH."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import duckdb

from keepwell.health.compile import queries
from keepwell.health.engines.duckdb import DuckDB
from tests.bench import dates, importing, reading, scoring
from tests.bench.paired import Pair, paired, peak_mb, timed

SIZES = (3_700_000, 20_000_000)


def score_rows(folder: Path) -> None:
    print(
        "| one date, 12 measures | ours, s | by hand, s | ratio | processor | peak ours, MB | peak by hand, MB |"
    )
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
    print(
        "| import, whole | ours, s | bare load, s | speed | processor | peak ours, MB | peak bare, MB |"
    )
    print("|---|---|---|---|---|---|---|")
    for size in (1_000_000, SIZES[0]):
        import_row(folder / f"importing-{size}", size, importing.TEXTS)
    import_row(folder / f"importing-numbers-{SIZES[0]}", SIZES[0], importing.NUMBERS)


def import_row(place: Path, size: int, kind: str) -> None:
    exports = importing.make(place, size, kind=kind)
    pair = paired(
        lambda: importing.ours(place, exports), lambda: importing.theirs(place, exports), runs=3
    )
    memory = peak_mb(importing.ours, place, exports), peak_mb(importing.theirs, place, exports)
    print(
        f"| {size:,} rows: {kind} | {pair.ours_s:.2f} | {pair.theirs_s:.2f} | {1 / pair.ratio:.2f} "
        f"| {1 / pair.cpu_ratio:.2f} | {memory[0]:,.0f} | {memory[1]:,.0f} |"
    )


def late_rows(folder: Path) -> None:
    print("| 10,000 late events | ours, s | full roll-up, s | share |")
    print("|---|---|---|---|")
    place = folder / f"importing-{SIZES[0]}"
    installation = importing.ours(place, importing.make(place, SIZES[0]))
    own = timed(lambda: importing.late_increment(place))
    full = timed(lambda: importing.full_roll_up(place, installation))
    print(
        f"| roll-up after {SIZES[0]:,} events | {own[0]:.3f} | {full[0]:.2f} | {own[0] / full[0]:.1%} |"
    )
    whole = timed(lambda: importing.late(place, installation))
    print(f"| their import, whole | {whole[0]:.2f} | | |")


DATES_SIZES = tuple(
    int(size)
    for size in os.environ.get("KEEPWELL_BENCH_EVENTS", "1000000 10000000 50000000").split()
)
MOST_JOINED = 10_000_000  # beyond it the plain join takes more memory than there is, and pandas too


def date_rows(folder: Path) -> None:
    """Twenty measures of 5,000 accounts: one date, and 104 weeks, against SQL by hand and pandas."""
    print(
        "| events | | ours, s | beside, s | ratio | processor | peak ours, MB | peak beside, MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for size in DATES_SIZES:
        date_size(folder / f"dates-{size}", size)


def date_size(place: Path, size: int) -> None:
    engine, connection, card, last = (
        DuckDB(dates.make(place, size)),
        duckdb.connect(),
        dates.card(),
        dates.AS_OF,
    )
    print(f"| {size:,} ({dates.agree(place, size):,} numbers equal) | | | | | | | |", flush=True)
    few, peers = (
        [f"A{nth:05d}" for nth in range(0, scoring.ACCOUNTS, 25)],
        engine.score(card, last).peers,
    )

    def weeks() -> None:
        for result in engine.scores(card, dates.WEEKS):
            result.lines_arrow  # noqa: B018  # the lines are made when asked for

    def one() -> None:
        engine.score(card, last).lines_arrow  # noqa: B018

    def run(sql: str) -> None:
        connection.execute(sql).to_arrow_table()

    pair = paired(one, lambda: run(dates.one_by_hand(place)))
    memory = peak_mb(dates.ours_one, place, size), peak_mb(dates.by_hand, dates.one_by_hand(place))
    date_row("one date, and SQL by hand", pair, memory)
    pair = paired(weeks, lambda: run(dates.best_by_hand(place)), runs=2)
    memory = peak_mb(dates.ours_all, place, size), peak_mb(dates.by_hand, dates.best_by_hand(place))
    date_row("104 weeks, and the best SQL", pair, memory)
    date_row(
        "104 weeks, and 8 x 13 single dates",
        paired(weeks, lambda: [one() for _ in range(13)], runs=1).times(8),
    )
    date_row(
        "200 accounts live, and all",
        paired(lambda: engine.score(card, last, None, few, peers).lines_arrow, one),
    )
    if size <= MOST_JOINED:
        date_row(
            "104 weeks, and the plain join",
            paired(weeks, lambda: run(dates.joined_by_hand(place)), runs=1),
        )
        date_row("one date, and pandas", paired(one, lambda: dates.one_in_pandas(place), runs=2))
    groups = DuckDB(dates.grouped(place, dates.make(place, size)))
    pair = paired(lambda: groups.score(card, last).lines_arrow, one)
    date_row("one date with 500 groups of ten, and without", pair)
    groups.close()
    engine.close()


def date_row(what: str, pair: Pair, memory: tuple[float, float] | None = None) -> None:
    peaks = f"{memory[0]:,.0f} | {memory[1]:,.0f}" if memory else " | "
    print(
        f"| | {what} | {pair.ours_s:.2f} | {pair.theirs_s:.2f} | {pair.ratio:.2f} | {pair.cpu_ratio:.2f} | {peaks} |",
        flush=True,
    )


def compile_rows(folder: Path) -> None:
    """What writing the queries of thirty measures costs before anything is read."""
    engine = DuckDB(dates.make(folder / f"dates-{DATES_SIZES[0]}", DATES_SIZES[0]))
    measures = dates.card(times=2).measures[:30]
    spent = min(
        timed(
            lambda: [
                engine.compile(query)
                for query in queries.on_date(engine.facts, measures, dates.AS_OF)
            ]
        )
        for _ in range(5)
    )
    engine.close()
    print(
        f"Compiling {len(measures)} measures: {spent[0]:.2f} s, {spent[1]:.2f} s of the processor"
    )


READING_SIZES = (5_000, 50_000)


def reading_rows(folder: Path) -> None:
    """What pages cost over 104 weeks of scores, and what publishing a run costs whoever else writes."""
    columns = [reading.measured(folder, size) for size in READING_SIZES]
    print("| | " + " | ".join(f"{size:,} accounts" for size in READING_SIZES) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


BENCHES = {
    "dates": date_rows,
    "compile": compile_rows,
    "scoring": score_rows,
    "importing": import_rows,
    "late": late_rows,
    "reading": reading_rows,
}


def main() -> None:
    folder = Path(os.environ.get("KEEPWELL_BENCH") or tempfile.mkdtemp(prefix="keepwell-bench-"))
    for name in sys.argv[1:] or list(BENCHES):
        BENCHES[name](folder)
        print()


if __name__ == "__main__":
    main()
