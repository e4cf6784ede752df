"""This file holds the arrows of the house: they point down, or right within a floor."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.rooms import ROOT, SOURCE

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


@pytest.mark.parametrize("room", ["actions", "queries", "representations"])
def test_a_room_that_loads_lazily_lists_all_its_modules_for_mypy(room: str) -> None:
    folder = SOURCE / "app" / room
    listed = re.findall(
        rf"^    from keepwell\.app\.{room} import (\w+) as \1$",
        (folder / "__init__.py").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert listed == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
