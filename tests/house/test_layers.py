"""This file holds the arrows of the house: they point down, or right within a floor."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.rooms import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


def test_no_arrow_points_up() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_room_is_left_out_of_the_drawing() -> None:
    layers = [contract for contract in CONTRACTS if contract["type"] == "layers"]
    assert {contract["containers"][0] for contract in layers} >= {
        "keepwell",
        "keepwell.health",
        "keepwell.app",
    }
    assert all(contract.get("exhaustive") for contract in layers)
