"""This file tests that a person's file is replaced as a whole: a failure leaves what was there."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keepwell.facts import atomic_files
from keepwell.facts.atomic_files import Disk


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.yaml"
    path.write_bytes(b"name: before\r\n")
    return path


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file grow beyond ten bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_file_and_nothing_else(card: Path) -> None:
    with no_room(), pytest.raises(OSError, match="too large"):
        atomic_files.write_bytes(card, b"name: after\n" * 100)
    assert (card.read_bytes(), os.listdir(card.parent)) == (b"name: before\r\n", ["card.yaml"])


@pytest.mark.parametrize("call", ["write", "sync", "rename"])
def test_whatever_call_fails_the_file_is_as_it_was(card: Path, call: str) -> None:
    class Failing(Disk):
        pass

    def fail(*given: object) -> None:
        raise OSError("no")

    setattr(Failing, call, fail)
    with pytest.raises(OSError, match="no"):
        atomic_files.write_bytes(card, b"after", Failing())
    assert (card.read_bytes(), os.listdir(card.parent)) == (b"name: before\r\n", ["card.yaml"])


def test_permissions_stay_and_a_link_stays_a_link(card: Path) -> None:
    card.chmod(0o640)
    link = card.with_name("link.yaml")
    link.symlink_to(card)
    atomic_files.write_bytes(link, b"after")
    assert (link.is_symlink(), card.read_bytes()) == (True, b"after")
    assert stat.S_IMODE(card.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    atomic_files.write_text(tmp_path / "new", "a\r\nb\n", Disk())
    (tmp_path / "plain").write_text("x")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "plain")]
    assert modes[0] == modes[1]
    assert (tmp_path / "new").read_bytes() == b"a\r\nb\n"
