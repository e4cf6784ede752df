"""This file tests that what a killed process copied is removed by the next one, and what a living one copies is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from keepwell.facts.scratch import Scratch

WRITES_AND_WAITS = """
import sys, time
from pathlib import Path
from keepwell.facts.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.folder / "notes").write_text("Ana says")
print(scratch.folder, flush=True)
time.sleep(60)
"""


def other_process(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_AND_WAITS, str(parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as said:
        return process, Path(said.readline().strip())


def test_a_living_process_keeps_its_folder_and_a_killed_one_loses_it(tmp_path: Path) -> None:
    own, (process, theirs) = Scratch(tmp_path), other_process(tmp_path)
    mine = own.folder
    own.sweep()
    assert (theirs / "notes").exists()
    assert own.left_behind() == (0, 0)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert own.left_behind() == (1, len("Ana says"))
    own.sweep()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [mine.name]


def test_a_folder_goes_with_its_process(tmp_path: Path) -> None:
    own = Scratch(tmp_path)
    (own.folder / "copy").write_text("x")
    own.close()
    assert list(tmp_path.iterdir()) == []
    assert own.folder.is_dir(), "and is made again where it is needed again"
    own.close()


def test_what_earlier_versions_left_is_removed_too(tmp_path: Path) -> None:
    (tmp_path / "tmpabcd").mkdir()
    (tmp_path / "tmpabcd" / "text_1").write_text("Ana says")
    (tmp_path / "duckdb_temp_storage-0.tmp").write_text("x")
    own = Scratch(tmp_path)
    assert own.left_behind().folders == 2
    own.sweep()
    assert list(tmp_path.iterdir()) == []


def test_counting_changes_nothing(tmp_path: Path) -> None:
    process, theirs = other_process(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = sorted(tmp_path.rglob("*"))
    assert Scratch(tmp_path).left_behind().folders == 1
    assert (sorted(tmp_path.rglob("*")), theirs.exists()) == (before, True)
