"""This file drills damage: a cut, flipped or zeroed file either changes no number or is named, and never gives a wrong one."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from keepwell.errors import IntegrityError
from tests.cast import NOON
from tests.drills import places, scene, torn_rows
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

CHECKSUMS = "keepwell.app.models.integrity"
MUTANTS = (
    Mutant("sha-not-checked", "keepwell.facts.verified", "VerifiedFiles.damage", "if atomic_files.digest(path) != sha256:", "if False:"),
    Mutant("nothing-checked", "keepwell.app.queries.snapshots", "Snapshot._verified", "verify(self.installation, wanted)", "pass"),
    Mutant("results-not-checked", "keepwell.app.queries.evidence", "_read", "snapshots.verify(installation, listed)", "pass"),
    Mutant("files-not-checked", CHECKSUMS, "check_datafile", "!= file.checksum", "== 'never'"),
    Mutant("feeds-not-checked", CHECKSUMS, "check_manifest", "if digest != stored.feeds_digest:", "if False:"),
    Mutant("scores-not-checked", "keepwell.app.queries.scores", "_checked", "!= checksum", "== 'never'"),
    Mutant("accounts-not-checked", "keepwell.app.queries.accounts", "_rows", "!= account.checksum", "== 'never'"),
    Mutant("damage-not-named", "keepwell.app.sqlite.base", "_ErrorWrapper.__exit__", "            if code:", "            if False:"),
)  # fmt: skip
SEED = 20261121
# How the rows of accounts, scores, data files and feeds begin in the database.
RECORDS = (
    rb"Account A-\d",
    rb"2026-03-02first",
    rb"datafiles/usage/rolled-0000000\d",
    rb"all2026-0\d-0\d",
)


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Damage one file of a workspace in one way, again and again, and ask for all numbers each time."""
    template = scene.begin(folder / "template")
    installation = scene.opened(template)
    with scene.merging():
        scene.load(installation, scene.second())
    scene.score(installation)
    scene.load(installation, scene.third(), at=NOON + timedelta(minutes=11))
    truth = scene.numbers(installation)
    scene.close()
    chance = random.Random(SEED)
    for _ in range(cases):
        case = scene.copied(template)
        yield _tried(case, chance, truth)
        places.removed(case)


def _tried(folder: Path, chance: random.Random, truth: dict[str, Any]) -> list[str]:
    datafiles = sorted((folder / "data").rglob("*.parquet"))
    path = chance.choice([*datafiles, *[folder / "data" / "keepwell.db"] * len(datafiles)])
    is_row = path.suffix == ".db" and places.is_postgresql()
    what = (
        torn_rows.damage(places.address(folder), chance)
        if is_row
        else f"{path.name} {_damage(path, chance)}"
    )
    try:
        found = scene.numbers(scene.opened(folder))
    except IntegrityError as damaged:
        is_named = path.name in str(damaged) or (
            path.suffix == ".db" and re.search("app database|read model", str(damaged))
        )
        return [] if is_named else [f"{what}: not named: {damaged}"]
    except Exception as error:
        return [f"{what}: {type(error).__name__}: {error}"]
    finally:
        scene.close()
    wrong = [name for name in truth if found.get(name) != truth[name]]
    return [f"{what}: wrong {', '.join(wrong)}"] if wrong else []


def _damage(path: Path, chance: random.Random) -> str:
    """Cut the file, turn one bit over, or lose a page of it; say which. Most of a database is empty: half of its bits are aimed."""
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    way = chance.choice(("cut", "flipped", "zeroed"))
    if path.suffix == ".db" and chance.random() < 0.75:
        places = [found.end() for found in re.finditer(chance.choice(RECORDS), bytes(content))]
        way, at = "flipped", chance.choice(places) + chance.randrange(-12, 20)
    if way == "cut":
        del content[at:]
    elif way == "flipped":
        content[at] ^= 1 << chance.randrange(8)
    else:
        length = min(chance.choice((16, 512, 4096)), len(content) - at)
        content[at : at + length] = bytes(length)
    path.write_bytes(bytes(content))
    return f"{way} at {at}"


DRILL = Drill(
    "torn-files", tried, MUTANTS, cases=200, quick_cases=60, databases=places.BOTH
)  # accounts are hit once in forty

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
