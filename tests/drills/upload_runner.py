"""This file imports one file after the other, each in a process of its own that must end in time and within its memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keepwell.app import workspace
from keepwell.app.actions import imports
from keepwell.errors import KeepwellError, UserError
from keepwell.facts.readers import Unreadable
from tests import installations
from tests.cast import ANA, NOON
from tests.drills import places, scene, upload_files

MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    fields: {account_id: id, valid_from: from}
  - file: "usage.*"
    table: usage
    fields: {id: id, account_id: account, at: at, user: user, quantity: quantity}
"""
KINDS = ("csv", "xlsx", "xls", "xlsb", "json", "parquet")
SECONDS = 5.0
PATIENCE = 60.0  # seconds: what hangs is ended then
MEMORY_MB = 1_500
ADDRESSES = 12_000_000_000  # bytes: whatever goes wrong, the machine stays usable


def main(folder: Path, cases: int) -> None:
    """Try so many files of each kind, and print what became of each as a line of JSON."""
    template = folder / "template"
    workspace.create(template, name="Drill", zone="UTC", currency="EUR")
    (template / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    scene.opened(template)  # gives it its tables
    scene.close()
    installations.leave()
    for nth in range(cases):
        for kind in KINDS:
            told = tried(scene.copied(template), kind, nth)
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


def tried(place: Path, kind: str, nth: int) -> dict[str, Any]:
    """Import one file in a process of its own; returns what it says and what it took."""
    (place / "in").mkdir()
    (place / "in" / "accounts.csv").write_text("id,from\nA-1,2026-01-01\nA-2,2026-01-01\n", encoding="utf-8")  # fmt: skip
    # Also the file: making it may take more memory than importing it, which would be counted with that of the import.
    _, status = os.waitpid(_forked(lambda: _write_file(place, kind, nth)), 0)
    assert status == 0, f"file {nth} of {kind} could not be made"
    made = json.loads((place / "made.json").read_text(encoding="utf-8"))
    began = time.monotonic()
    child = _forked(lambda: _write_outcome(place))
    status, used = _awaited(child, began)
    told = place / "told.json"
    answer = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    places.removed(place)
    seconds = time.monotonic() - began
    return {**made, "seconds": seconds, "status": status, "mb": used, **answer}


def _forked(work: Callable[[], None]) -> int:
    """Do some work in a process of its own, which cannot take the machine; returns its number."""
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def _write_file(place: Path, kind: str, nth: int) -> None:
    file = upload_files.file(kind, nth)
    (place / "in" / f"usage.{file.ending}").write_bytes(file.content)
    made = {"what": f"{file.ending}: {file.what}", "expected": file.expected}
    (place / "made.json").write_text(json.dumps(made), encoding="utf-8")


def _write_outcome(place: Path) -> None:
    (place / "told.json").write_text(json.dumps(_imported(place)), encoding="utf-8")


def _awaited(child: int, began: float) -> tuple[int, float]:
    while time.monotonic() - began < PATIENCE:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            # The largest of the process and of those that it has started.
            return status, usage.ru_maxrss / 1000
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return status, usage.ru_maxrss / 1000


def _imported(place: Path) -> dict[str, Any]:
    installation = scene.opened(place)
    try:
        summary = imports.run(installation=installation, paths=place / "in", by=ANA, at=NOON)
    except imports.Stopped as error:
        return {"outcome": error.code, "sentence": str(error), "counts": _counts(error.summary)}
    except Unreadable as error:
        codes = "+".join(fault.code for fault in error.faults)
        return {"outcome": codes, "sentence": str(error), "is_named": "usage." in str(error)}
    except UserError as error:
        return {"outcome": error.code, "sentence": str(error)}
    except (Exception, KeepwellError) as error:
        lines = traceback.format_exception(error)
        return {"outcome": "internal", "sentence": f"{type(error).__name__}: {error}", "traceback": lines[-3:]}  # fmt: skip
    return {"outcome": "loaded", "sentence": "", "counts": _counts(summary)}


def _counts(summary: imports.Summary) -> list[list[int]]:
    return [[each.received, each.accepted, each.repeated, each.rejected] for each in summary.counts]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
