"""This file finds data that others made, which is not part of the project; tests that need it skip, saying so, where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def outside(folder: str) -> Path:
    """Name a folder of outside data, or skip the test."""
    place = Path(os.environ.get("KEEPWELL_OUTSIDE_DATA", str(ROOT / "../shared/data"))) / folder
    if not place.is_dir():
        pytest.skip(
            f"the outside data `{folder}` is not here; KEEPWELL_OUTSIDE_DATA says where it is"
        )
    return place.resolve()
