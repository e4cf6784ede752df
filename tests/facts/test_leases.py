"""This file holds that a lease keeps its generation's files for as long as its reader lives, and no longer."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from keepwell.facts.leases import Leases

DIES = """\
import os, sys
from pathlib import Path
from keepwell.facts.leases import Leases
with Leases(Path(sys.argv[1])).hold(3):
    print("holding", flush=True)
    sys.stdin.readline()
    os._exit(9)
"""


def test_the_oldest_open_lease_counts(tmp_path: Path) -> None:
    leases = Leases(tmp_path / "leases")
    assert leases.oldest() is None
    with leases.hold(7) as newer:
        with leases.hold(5), leases.hold(6):
            assert leases.oldest() == 5
        assert (leases.oldest(), newer.is_open) == (7, True)
    assert (leases.oldest(), newer.is_open) == (None, False)
    assert list((tmp_path / "leases").iterdir()) == []


def test_a_lease_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    folder = tmp_path / "leases"
    process = subprocess.Popen(
        [sys.executable, "-c", DIES, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "holding\n"
    assert Leases(folder).oldest() == 3
    process.communicate("die\n")
    assert process.returncode == 9
    assert len(list(folder.iterdir())) == 1
    assert Leases(folder).oldest() is None
    assert list(folder.iterdir()) == []


def test_a_lease_is_never_taken_for_a_dead_one_while_it_is_made(tmp_path: Path) -> None:
    """One thread looks for dead leases all the time; whoever holds one finds it among the open ones."""
    leases, done = Leases(tmp_path / "leases"), threading.Event()

    def look() -> None:
        while not done.is_set():
            leases.oldest()

    other = threading.Thread(target=look)
    other.start()
    try:
        for generation in range(500):
            with leases.hold(generation):
                assert leases.oldest() == generation
    finally:
        done.set()
        other.join()
