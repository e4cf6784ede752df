"""This file holds that a server of several processes answers by each of them, and that all of them end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.browser.conftest import free_port

PATIENCE = 60


@pytest.fixture
def serving(
    tmp_path: Path,
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of three processes, and its address."""
    port = free_port()
    keepwell = str(Path(sys.executable).with_name("keepwell"))
    subprocess.run([keepwell, "init", "served", "--currency", "EUR"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    command = [keepwell, "serve", "--no-browser", "--port", str(port), "--processes", "3"]
    with subprocess.Popen(
        command, cwd=tmp_path / "served", stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert "is served at" in process.stdout.readline()
        yield process, f"127.0.0.1:{port}"
        process.kill()


def others(process: subprocess.Popen[str]) -> list[int]:
    """The processes that a server has begun."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(each) for each in found]


def answered(address: str) -> int:
    with closing(HTTPConnection(address, timeout=PATIENCE)) as asking:
        asking.request("GET", "/me/login/")
        return asking.getresponse().status


def until(what: str, is_so: object) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")
def test_each_process_answers_and_all_end_with_the_server(
    serving: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = serving
    begun = others(process)
    assert len(begun) == 2
    for pid in (
        process.pid,
        begun[0],
    ):  # one after the other stands still: the last alone answers in the end
        os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(5):
            # Who has stopped may have taken a connection before: another is answered.
            assert answered(address) == 200
    finally:
        for pid in (process.pid, begun[0]):
            os.kill(pid, signal.SIGCONT)
    process.terminate()
    assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
    for pid in begun:
        until(f"process {pid} ends", lambda pid=pid: is_gone(pid))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")
def test_they_end_too_where_the_server_is_killed(
    serving: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = serving
    begun = others(process)
    assert answered(address) == 200
    process.kill()
    process.wait(PATIENCE)
    for pid in begun:
        until(f"process {pid} ends", lambda pid=pid: is_gone(pid))
