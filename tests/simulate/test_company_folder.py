"""This file tests a company's folder: the same bytes for a seed, no truth in its exports."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from keepwell.simulate import company_folder
from keepwell.simulate.world import World

UNTIL = date(2026, 11, 2)


def checksums(folder: Path) -> dict[str, str]:
    """Return the checksum of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Also in another process, whose sets have another order."""
    company_folder.write(World(30, 5, UNTIL), tmp_path / "one")
    program = (
        "from datetime import date; from pathlib import Path; "
        "from keepwell.simulate import company_folder; from keepwell.simulate.world import World; "
        f"company_folder.write(World(30, 5, date.fromisoformat('{UNTIL}')), "
        f"Path({str(tmp_path / 'two')!r}))"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONHASHSEED": "7"}
    )
    assert checksums(tmp_path / "one") == checksums(tmp_path / "two")
    assert len(checksums(tmp_path / "one")) > 50


def test_another_seed_is_another_company(tmp_path: Path) -> None:
    for seed in (5, 6):
        company_folder.write(World(30, seed, UNTIL), tmp_path / str(seed))
    first, second = checksums(tmp_path / "5"), checksums(tmp_path / "6")
    same = {name for name in first if first[name] == second.get(name)}
    fixed = {
        "keepwell.yaml",
        "mapping.yaml",
        "cards/health.yaml",
        ".gitignore",
        "truth/signals.parquet",
    }
    assert same == fixed | {"exports/product/features.csv", "exports/billing/rates.csv"}


@pytest.mark.parametrize("days", [0, 1, 40])
def test_a_simulation_ends_on_the_day_asked_for(tmp_path: Path, days: int) -> None:
    until = UNTIL + timedelta(days=days)
    company_folder.write(World(30, 5, until), tmp_path)
    truth = pq.read_table(tmp_path / "truth/truth.parquet")
    assert pc.max(truth["on"]).as_py() == until - timedelta(days=7)
    names = sorted(path.name for path in (tmp_path / "exports/product/eu").iterdir())
    assert names[-1] == f"uses_{until - timedelta(days=1):%Y-%m}.csv"


def test_no_export_has_a_column_named_after_a_hidden_state(tmp_path: Path) -> None:
    company_folder.write(World(30, 5, UNTIL), tmp_path)
    for path in (tmp_path / "exports").rglob("*.csv"):
        header = path.read_bytes().splitlines()[0].decode("cp1252").lower()
        assert not {"grip", "regard", "chance", "fit", "worth"} & set(
            header.replace(";", ",").split(",")
        )
