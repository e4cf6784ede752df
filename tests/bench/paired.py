"""This file times two ways of doing the same thing in turn, and takes the memory of each in a process of its own."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RUNS = 5


@dataclass(frozen=True)
class Pair:
    """Medians of wall and processor seconds of both, and the median of the ratios run by run."""

    ours_s: float
    theirs_s: float
    ours_cpu_s: float
    theirs_cpu_s: float
    ratio: float
    cpu_ratio: float

    def times(self, many: int) -> Pair:
        """As if the other side had been done so many times as often: for what takes too long to do in full."""
        theirs, cpu = self.theirs_s * many, self.theirs_cpu_s * many
        return Pair(
            self.ours_s, theirs, self.ours_cpu_s, cpu, self.ratio / many, self.cpu_ratio / many
        )


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call; the latter count all threads and not the neighbours."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def paired(ours: Callable[[], object], theirs: Callable[[], object], runs: int = RUNS) -> Pair:
    """Run both once to warm up, then in turn, so that a machine that slows down slows both."""
    ours(), theirs()
    pairs = [(timed(ours), timed(theirs)) for _ in range(runs)]

    def median(pick: Callable[[tuple[tuple[float, float], tuple[float, float]]], float]) -> float:
        return statistics.median(pick(pair) for pair in pairs)

    return Pair(
        median(lambda pair: pair[0][0]),
        median(lambda pair: pair[1][0]),
        median(lambda pair: pair[0][1]),
        median(lambda pair: pair[1][1]),
        median(lambda pair: pair[0][0] / pair[1][0]),
        median(lambda pair: pair[0][1] / pair[1][1]),
    )


def peak_mb(call: Callable[..., object], *args: object) -> float:
    """The peak resident memory of a call in a fresh process, in MB."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(sender, call, args))
    process.start()
    peak: float = receiver.recv()
    process.join()
    return peak


def _measured(sender: object, call: Callable[..., object], args: tuple[object, ...]) -> None:
    call(*args)
    status = Path(
        "/proc/self/status"
    ).read_text()  # not getrusage: its peak is handed on from the parent
    peak_kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    sender.send(int(peak_kb) / 1024)  # type: ignore[attr-defined]
