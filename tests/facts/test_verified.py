"""This file holds that a data file is verified once a process, and again when anything about it has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keepwell.facts import atomic_files
from keepwell.facts.verified import Damage, VerifiedFiles

CONTENT = b"0123456789"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "facts.parquet"
    path.write_bytes(CONTENT)
    return path


def test_each_kind_of_damage_has_a_code(file: Path) -> None:
    sha256, verified = atomic_files.digest(file), VerifiedFiles()
    assert verified.damage(file, 10, sha256) is None
    file.write_bytes(CONTENT[:-1])
    assert verified.damage(file, 10, sha256) == Damage("I122", "has 9 bytes instead of 10")
    file.write_bytes(b"0123456780")
    assert verified.damage(file, 10, sha256) == Damage(
        "I123", "is not what was written (its SHA-256 differs)"
    )
    file.unlink()
    assert verified.damage(file, 10, sha256) == Damage("I121", "is missing")


def test_what_was_verified_is_not_read_again(file: Path) -> None:
    """Only the time of the last change tells: a file that was changed and dated back is found by whole verification."""
    sha256, verified, stat = atomic_files.digest(file), VerifiedFiles(), file.stat()
    assert verified.damage(file, 10, sha256) is None
    file.write_bytes(b"9876543210")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert verified.damage(file, 10, sha256) is None
    damaged = VerifiedFiles().damage(file, 10, sha256)
    assert damaged
    assert damaged.code == "I123"
    verified.forget(file)
    assert verified.damage(file, 10, sha256) == damaged


def test_another_checksum_is_verified_anew(file: Path) -> None:
    sha256, verified = atomic_files.digest(file), VerifiedFiles()
    assert verified.damage(file, 10, sha256) is None
    damaged = verified.damage(file, 10, "0" * 64)
    assert damaged
    assert damaged.code == "I123"
