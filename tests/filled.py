"""This file fills an installation once for all tests that begin with the same data, and gives each a copy."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec

from django.db import connections

from keepwell.app.installation import Installation

Given = ParamSpec("Given")
Fill = Callable[Concatenate[Installation, Given], Installation]


def filled_once(fill: Fill[Given]) -> Fill[Given]:
    """Let the first test of a process fill its installation, and copy folder and database for those after it.

    On PostgreSQL every test fills its own: a database there is not copied as quickly as it is filled.
    """
    filled: list[Path] = []

    @functools.wraps(fill)
    def fixture(
        installation: Installation, *args: Given.args, **more: Given.kwargs
    ) -> Installation:
        if installation.database_url:
            return fill(installation, *args, **more)
        # With the last connection SQLite moves all that was written into the one file.
        if filled:
            connections.close_all()
            shutil.copytree(filled[0], installation.folder, dirs_exist_ok=True)
            return installation
        fill(installation, *args, **more)
        connections.close_all()
        filled.append(Path(tempfile.mkdtemp(prefix="keepwell-filled-")) / "copy")
        shutil.copytree(installation.folder, filled[0])
        return installation

    return fixture
