"""This file drills contention: people read and write pages on one SQLite file while the server imports and scores, and nobody is told that it is locked."""

from __future__ import annotations

import re
import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.drills import sites
from tests.drills.drill import Drill, say
from tests.drills.mutants import Mutant

READERS, WRITERS = 3, 2
CORES = "2"  # each answers pages; one Python makes one page at a time
PAUSE = 0.2  # seconds that somebody looks at a page; people look longer
PAGES = ("/portfolio", "/accounts/A-101", "/data", "/portfolio?sort=move", "/timeline/A-102")
MARK = 0.150  # seconds, for 99 of 100 answers
# A machine that has other work is slower anyway: then a worker may cost as much again.
TIMES = 2.0
WARM = 3
LONG = 20  # seconds from which on there are enough answers to judge the slowest of a hundred
MUTANTS = (
    # Sessions, pulses and overrides are written beside the runs: without waiting for each other some would be lost.
    Mutant("nobody-waits", "keepwell.app.settings", "_sqlite", "dict(SQLITE)", "dict(SQLITE, timeout=0, init_command='PRAGMA journal_mode=DELETE;')"),
)  # fmt: skip


@dataclass
class Seen:
    """What people saw in one stretch: how long each answer took, and what was wrong."""

    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def slowest(self) -> float:
        """What 99 of 100 answers took at most."""
        return statistics.quantiles(self.took, n=100)[-1] if len(self.took) > 1 else 0.0


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Let people read and write for so many seconds while the server works, and half as long before and after."""
    with sites.served(sites.starter(folder / "starter", times=20), "--processes", CORES) as site:
        first = sites.Reader(site)
        first.enter()
        _stretch(first, WARM, Seen())  # the first to open a page waits for what all others find
        alone, beside = Seen(), Seen()
        _stretch(first, cases / 2, alone)
        done = _stretch(first, cases, beside, works=True)
        _stretch(first, cases / 2, alone)
    say(
        f"contention: {len(beside.took)} answers beside {done} jobs, half of them within {1000 * statistics.median(beside.took):.0f} ms "
        f"and 99 in 100 within {1000 * beside.slowest():.0f} ms; {len(alone.took)} without, {1000 * statistics.median(alone.took):.0f} and "
        f"{1000 * alone.slowest():.0f} ms"
    )
    wrong = alone.wrong + beside.wrong
    if not done:
        wrong.append("no job was done, so nothing was measured")
    if cases >= LONG and beside.slowest() > max(MARK, TIMES * alone.slowest()):
        wrong.append(f"99 in 100 answers took {1000 * beside.slowest():.0f} ms beside a worker")
    yield wrong


def _stretch(first: sites.Reader, seconds: float, seen: Seen, *, works: bool = False) -> int:
    """Let everybody read and write for a while; gives how many jobs ended meanwhile."""
    until, ended = time.monotonic() + seconds, [0]
    people = []
    for _ in range(READERS + WRITERS + 1):
        person = sites.Reader(first.site)
        person.cookies, person.opener = first.cookies, first.opener
        people.append(person)
    threads = [
        threading.Thread(target=_read, args=(each, nth, until, seen))
        for nth, each in enumerate(people[:READERS])
    ]
    threads += [
        threading.Thread(target=_write, args=(each, nth, until, seen))
        for nth, each in enumerate(people[READERS:-1])
    ]
    if works:
        threads.append(threading.Thread(target=_ask, args=(people[-1], until, seen, ended)))
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return ended[0]


def _read(reader: sites.Reader, nth: int, until: float, seen: Seen) -> None:
    while time.monotonic() < until:
        nth += 1
        _open(reader, PAGES[nth % len(PAGES)], seen)
        time.sleep(PAUSE)


def _open(reader: sites.Reader, page: str, seen: Seen) -> None:
    began = time.monotonic()
    status, text = reader.read(page)
    seen.took.append(time.monotonic() - began)
    if status != 200:
        seen.wrong.append(f"{page} was answered {status}: {text[-300:]}")


def _write(reader: sites.Reader, nth: int, until: float, seen: Seen) -> None:
    account = f"A-10{1 + nth}"
    _, form = reader.read(f"/accounts/{account}")
    alone = reader.follows_nothing()
    while time.monotonic() < until:
        began = time.monotonic()
        status, page = alone.send(
            f"/override/{account}", form, score="40", because=f"drill {uuid.uuid4()}", until="2099-01-01"
        )  # fmt: skip
        seen.took.append(
            (time.monotonic() - began) / 2
        )  # the page that it leads to is another answer
        # Of two overrides of one account at the same moment one is told so.
        if status not in (302, 422):
            seen.wrong.append(f"an override was answered {status}: {page[-300:]}")
        _open(reader, f"/accounts/{account}", seen)
        time.sleep(PAUSE)


def _ask(reader: sites.Reader, until: float, seen: Seen, ended: list[int]) -> None:
    """Ask for imports and scores, one as soon as the other has ended, each with something new to read."""
    usage = reader.site.folder / "exports" / "product_usage.csv"
    header, *rows = usage.read_text(encoding="utf-8").splitlines()
    _, form = reader.read("/data")
    while time.monotonic() < until:
        ended[0] += 1
        fresh = [
            re.sub(r"^([^,]+,[^,]+,[^,]+)", rf"\1-drill{ended[0]}", row) for row in rows[-2000:]
        ]
        usage.write_text("\n".join([header, *rows, *fresh]) + "\n", encoding="utf-8")
        for kind in ("import", "score"):
            reader.send(f"/data/{kind}", form)
            page = "<progress"
            while "<progress" in page and time.monotonic() < until + 60:
                time.sleep(0.5)
                _, page = reader.read("/data")
            if "> Failed" in page:
                seen.wrong.append(f"work failed: {page[page.index('Work asked for') :][:600]}")


DRILL = Drill("contention", tried, MUTANTS, cases=20, quick_cases=5)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
