"""This file holds what the one DuckDB of a process promises to the threads that share it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from keepwell.facts.duckdb_pool import CURSORS_AT_ONCE, DuckDBPool

THREADS = 8
SOON = 30  # seconds; a test that waits this long has failed


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[DuckDBPool]:
    (tmp_path / "data" / "tmp").mkdir(parents=True)
    made = DuckDBPool(tmp_path / "data", memory="200MB", at_once=2)
    yield made
    made.close()


def at_once(work: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """Do the work in many threads that all start at the same moment."""
    ready = threading.Barrier(threads)

    def start(nth: int) -> object:
        ready.wait(SOON)
        return work(nth)

    with ThreadPoolExecutor(threads) as executor:
        return list(executor.map(start, range(threads)))


def test_few_cursors_are_in_use_at_once(pool: DuckDBPool) -> None:
    in_use, most, counting = [0], [0], threading.Lock()
    pair = threading.Barrier(2)

    def work(nth: int) -> None:
        with pool.cursor() as cursor:
            with counting:
                in_use[0] += 1
                most[0] = max(most[0], in_use[0])
            pair.wait(SOON)  # two hold a cursor at the same time, or this never ends
            cursor.execute("SELECT sum(range) FROM range(1000)").fetchall()
            with counting:
                in_use[0] -= 1

    at_once(work)
    assert most == [2]


def test_the_default_is_a_few_more_than_one() -> None:
    assert DuckDBPool(Path())._permits._value == CURSORS_AT_ONCE > 1


def test_a_thread_that_holds_a_cursor_gets_a_second_one_without_waiting(pool: DuckDBPool) -> None:
    # Past the barrier both permits are taken by threads that ask for more: were each to wait, all would, for ever.
    pair = threading.Barrier(2)

    def work(nth: int) -> object:
        with pool.cursor() as outer:
            pair.wait(SOON)
            with pool.cursor() as inner, pool.isolated([]) as third:
                return [con.execute(f"SELECT {nth}").fetchall() for con in (outer, inner, third)]

    assert at_once(work) == [[[(nth,)]] * 3 for nth in range(THREADS)]


def test_a_permit_is_given_back_when_the_work_fails(pool: DuckDBPool) -> None:
    for _ in range(3):  # one more than there are permits
        with pytest.raises(duckdb.Error), pool.cursor() as cursor:
            cursor.execute("SELECT nonsense")
    with pool.cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchall() == [(1,)]


def test_all_cursors_are_of_one_duckdb_opened_once(pool: DuckDBPool) -> None:
    opened = at_once(lambda _: id(pool._opened()))
    assert len(set(opened)) == 1
    with pool.cursor() as cursor:
        assert cursor.execute("SELECT current_setting('memory_limit')").fetchall() == [
            ("190.7 MiB",)
        ]


def test_nobody_else_sees_what_a_cursor_made_for_itself(pool: DuckDBPool) -> None:
    with pool.cursor() as one, pool.cursor() as other:
        one.execute("CREATE TEMP TABLE mine AS SELECT 1 AS secret")
        one.register("registered", one.execute("SELECT 2 AS secret").to_arrow_table())
        for name in ("mine", "registered"):
            with pytest.raises(duckdb.CatalogException):
                other.execute(f"FROM {name}")
    with pool.cursor() as later, pytest.raises(duckdb.CatalogException):
        later.execute("FROM mine")


def test_every_cursor_reads_moments_in_utc(pool: DuckDBPool) -> None:
    with pool.cursor() as cursor:
        cursor.execute("SET TimeZone = 'Asia/Tokyo'")
    with pool.cursor() as cursor:
        assert cursor.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_a_cursor_reads_the_installations_own_files_and_no_other(
    pool: DuckDBPool, tmp_path: Path
) -> None:
    (pool.folder / "own.csv").write_text("a\n1\n")
    (tmp_path / "beside.csv").write_text("a\n1\n")
    with pool.cursor() as cursor:
        assert cursor.execute(f"FROM read_csv('{pool.folder}/own.csv')").fetchall() == [(1,)]
        for statement in (
            "FROM read_text('/etc/passwd')",
            f"FROM read_csv('{tmp_path}/beside.csv')",
            f"FROM read_csv('{pool.folder}/../beside.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/written.csv'",
            f"ATTACH '{tmp_path}/other.db'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(statement)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside.csv", "data"]


def test_what_an_import_may_read_stays_shut_to_cursors(pool: DuckDBPool, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("a\n1\n")
    reading = f"FROM read_csv('{exports}/a.csv')"
    with pool.isolated([exports]) as con:
        assert con.execute(reading).fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            con.execute("FROM read_text('/etc/passwd')")
        with pool.cursor() as cursor, pytest.raises(duckdb.Error):
            cursor.execute(reading)


def test_after_close_the_next_cursor_opens_a_new_duckdb(pool: DuckDBPool) -> None:
    with pool.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS a")
    pool.close()
    pool.close()
    with pool.cursor() as cursor, pytest.raises(duckdb.CatalogException):
        cursor.execute("FROM kept")
