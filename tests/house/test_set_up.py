"""This file holds that the tests set themselves up on a bare machine."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.conftest import ADMIN_FOLDERS, find_admin_commands

BARE = "/usr/local/bin:/usr/bin:/bin"  # the PATH of a container's root, or of cron


def test_useradd_is_found_where_the_path_has_only_everybodys_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", BARE)
    find_admin_commands()
    assert os.environ["PATH"] == ":".join([BARE, *ADMIN_FOLDERS])
    assert shutil.which("useradd") or not any(
        os.path.exists(f"{folder}/useradd") for folder in ADMIN_FOLDERS
    )
    find_admin_commands()
    assert os.environ["PATH"].count("/usr/sbin") == 1
