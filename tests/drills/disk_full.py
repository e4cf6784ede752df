"""This file drills a full disk: a command that finds no room says so, loses nothing, and works once there is room."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drills import kills, servers
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

SEED = 20261128
SIZE = 32 * 1024 * 1024
SAID = ("the disk is full", "does not fit into memory", "as a full one does")
MUTANTS = (
    Mutant("nothing-refused", "keepwell.app.surroundings", "refused", "for cause in _causes(error):", "for cause in []:"),
    Mutant("mark-ahead", "keepwell.app.identity", "note", "Mark(own, batch, generation)", "Mark(own, batch + 1, generation)"),
)  # fmt: skip


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A file system of 32 MB; none where it may not be mounted."""
    place = folder / "disk"
    place.mkdir(parents=True)
    mounted = (
        os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)],
            capture_output=True,
            check=False,
        ).returncode
    )
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Leave less and less room while commands run, `cases` times."""
    yield from _tried(folder, cases, None)


def _tried(folder: Path, cases: int, mutant: Mutant | None) -> Iterator[list[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    undisturbed = kills.company(folder / "undisturbed")
    with kills.commands(folder) as typing:
        for words in kills.steps(undisturbed):
            assert typing.type(*words) == 0, typing.said.read_text(encoding="utf-8")
        expected = kills.numbers(typing, undisturbed)
    chosen, filled = random.Random(SEED), 0
    with small_disk(folder) as disk, servers.postgresql() as server:
        if disk is None:
            yield []  # only root may mount
            return
        for rounds in itertools.count(1):
            if filled >= cases:
                break
            # Every second company on PostgreSQL, whose disk is another: it is the data folder's that is full.
            database = server.new_database("full") if server and rounds % 2 == 0 else ""
            with kills.commands(folder, mutant, database) as typing:
                own = kills.company(disk / "company")
                wrong: list[str] = []
                for words in kills.steps(own):
                    filled += 1
                    wrong += _with_little_room(typing, disk, words, chosen.randrange(0, 300_000))
                    if wrong:
                        break
                yield wrong or kills.compared(typing, own, expected)
            shutil.rmtree(own)


def _with_little_room(
    typing: kills.Commands, disk: Path, words: tuple[str, ...], room: int
) -> list[str]:
    """Type a command while so many bytes are free, and again when there is room."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    filler.write_bytes(b"\0" * max(0, free - room))
    code = typing.type(*words)
    said = typing.said.read_text(encoding="utf-8")
    filler.unlink()
    if code and not any(sentence in said for sentence in SAID):
        return [f"with {room} bytes of room `keepwell {words[0]}` says: {said[-300:]}"]
    if typing.type(*words):
        said = typing.said.read_text(encoding="utf-8")
        return [f"with room again `keepwell {words[0]}` fails: {said[-300:]}"]
    return []


class DiskFullDrill(Drill):
    """Its commands run in processes of their own, where a line has to be broken too."""

    def notices(self, mutant: Mutant, folder: Path) -> str:
        return next((broken[0] for broken in _tried(folder, 5 * self.quick_cases, mutant) if broken), "")  # fmt: skip


DRILL = DiskFullDrill("disk-full", tried, MUTANTS, cases=200, quick_cases=10)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
