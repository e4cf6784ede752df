"""This file makes what many tests look at once for a whole run of tests, though several processes run them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of this run of tests, the same one for all of its processes."""
    own = factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], dict[str, str]]
) -> tuple[Path, dict[str, str]]:
    """Have one process make a workspace, and give each a copy of it, with what was said when it was made.

    Others wait meanwhile. Nobody opens the first one, so that no copy is taken of a database in use.
    """
    place = shared_folder(factory) / f"once-{name}"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = place / "said.json"
        if not said.exists():
            shutil.rmtree(place / name, ignore_errors=True)
            said.write_text(json.dumps(make(place / name)), encoding="utf-8")
        copy = factory.mktemp(name) / name
        shutil.copytree(place / name, copy)
    return copy, json.loads(said.read_text(encoding="utf-8"))
