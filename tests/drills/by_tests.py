"""This file lets a drill ask what tests ask, in a process of its own that runs broken lines too: each failing test is a broken promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.house.rooms import ROOT

FAILED = re.compile(r"^(?:FAILED|ERROR) (.+)", re.MULTILINE)
PASSED = re.compile(r"(\d+) passed")


def broken_promises(files: tuple[str, ...], *, whole: bool) -> tuple[int, list[str]]:
    """Run tests, all that they sample where it is `whole`; gives how many passed, and a sentence for each that did not."""
    env = {name: value for name, value in os.environ.items() if name != "KEEPWELL_EXAMPLES"}
    if whole:
        env["KEEPWELL_EXAMPLES"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *([] if whole else ["-x"]), *files]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    passed = sum(map(int, PASSED.findall(done.stdout)))
    failed = FAILED.findall(done.stdout)
    if done.returncode and not failed:
        failed = [f"the tests ended {done.returncode}: {(done.stdout + done.stderr)[-500:]}"]
    return passed, failed
