"""This file drills slow clients: three hundred of them send half a request and wait, and everybody else is answered as if they were not there."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

from tests.drills import sites
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

SLOW, WITHIN = 300, 1.0  # sockets, and seconds for a good request
HALF = b"GET /portfolio HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
MUTANTS = (
    Mutant("few-at-once", "keepwell.app.web.server", "_server", "limit_concurrency=1_000", "limit_concurrency=100"),
)  # fmt: skip


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Ask for so many pages while slow clients hold on to their sockets."""
    with sites.served(sites.starter(folder / "starter")) as site:
        reader = sites.Reader(site)
        reader.enter()
        reader.read("/portfolio")  # warm
        opened = [socket.create_connection((site.host, site.port)) for _ in range(SLOW)]
        try:
            for slow in opened:
                slow.sendall(HALF)
            for nth in range(cases):
                opened[nth % SLOW].sendall(b"x")  # still there
                began = time.monotonic()
                status, _ = reader.read("/portfolio")
                took = time.monotonic() - began
                is_good = status == 200 and took < WITHIN
                yield (
                    [] if is_good else [f"a good request was answered {status} after {took:.1f} s"]
                )
        finally:
            for slow in opened:
                slow.close()


DRILL = Drill("slow-clients", tried, MUTANTS, cases=10, quick_cases=2)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
