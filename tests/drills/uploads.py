"""This file drills uploads: whatever is in a file, an import ends soon, in little memory, loaded or rejected in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.drills import places
from tests.drills.drill import Drill, say
from tests.drills.mutants import Mutant
from tests.drills.upload_runner import MEMORY_MB, SECONDS
from tests.house.rooms import ROOT

READERS = "keepwell.facts.readers"
EXTENTS, PROGRAM = f"{READERS}.extents", f"{READERS}.sheet_program"
MUTANTS = (
    Mutant("extent-not-checked", f"{EXTENTS}.extent", "Extent.is_within", "return", "return True or"),
    Mutant("entities-allowed", f"{EXTENTS}.xml", "parser", "StartDoctypeDeclHandler = declared", "StartDoctypeDeclHandler = None"),
    Mutant("zip-bomb-unpacked", f"{EXTENTS}.archive", "unpacked", "if size > max(", "if False and size > max("),
    Mutant("memory-not-limited", PROGRAM, "main", "_limit(resource.RLIMIT_AS, limits.memory_bytes)", "pass"),
    Mutant("panics-not-caught", PROGRAM, "_opened", "except (CalamineError, OSError, ValueError, IndexError)", "except ()"),
    Mutant("columns-not-capped", f"{READERS}.parquet", "_check_extent", "footer.num_columns > limits.columns", "False"),
    Mutant("rows-not-capped", f"{READERS}.parquet", "_check_extent", "footer.num_rows > max(", "-1 > max("),
    Mutant("footer-not-capped", f"{READERS}.parquet", "_check_extent", "> limits.footer_bytes:", "< 0:"),
    Mutant("csv-columns-not-capped", f"{READERS}.open_file", "check_header", "len(header) > most", "False"),
    Mutant("nul-accepted", f"{READERS}.text", "_reject_nul", "if place >= 0", "if False"),
    Mutant("endless-line-accepted", f"{READERS}.text", "_scan", "if max_line is not None and", "if False and"),
    Mutant("depth-not-caught", f"{READERS}.json", "open_file", "except RecursionError:", "except ZeroDivisionError:"),
    Mutant("ragged-rows-not-counted", "keepwell.facts.staging.staged_file", "reject", "received + len(staged.bad_records)", "received"),
)  # fmt: skip


def outcomes(folder: Path, cases: int) -> Iterator[dict[str, Any]]:
    """Import so many files of each kind; gives what became of each."""
    # In a process that has not opened a DuckDB yet: only then can it be forked for every file.
    command = [sys.executable, "-m", "tests.drills.upload_runner", str(folder), str(cases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as runner:
        assert runner.stdout
        try:
            for line in runner.stdout:
                yield json.loads(line)
        except GeneratorExit:
            runner.terminate()  # enough was seen
            raise
    assert runner.returncode == 0, "the drill itself failed"


def broken_promises(told: dict[str, Any]) -> list[str]:
    """Say which promises an import has broken."""
    outcome, wrong = told.get("outcome"), []
    if outcome is None:
        wrong.append(f"the process died: status {told['status']}")
    if outcome == "internal":
        wrong.append(f"an internal error: {told['sentence']} {''.join(told['traceback'])}")
    if told["seconds"] > SECONDS:
        wrong.append(f"took {told['seconds']:.1f} s")
    if told["mb"] > MEMORY_MB:
        wrong.append(f"took {told['mb']:.0f} MB")
    if told["expected"] not in ("", outcome):
        wrong.append(f"{outcome} instead of {told['expected']}: {told.get('sentence', '')}")
    if not told.get("is_named", True):
        wrong.append(f"the sentence does not name the file: {told['sentence']}")
    for received, accepted, repeated, rejected in told.get("counts", ()):
        if received != accepted + repeated + rejected:
            wrong.append(f"{received} received, {accepted} + {repeated} + {rejected} told")
    return [f"{told['what']}: {sentence}" for sentence in wrong]


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Import files that are made to do harm, and damaged ones, and hold each import against the promises."""
    counts: Counter[str] = Counter()
    seconds = memory = 0.0
    for told in outcomes(folder, cases):
        counts[told["what"].partition(":")[0] + " " + str(told.get("outcome"))] += 1
        seconds, memory = max(seconds, told["seconds"]), max(memory, told["mb"])
        yield broken_promises(told)
    if cases == DRILL.cases:
        say(f"uploads: at most {seconds:.1f} s and {memory:.0f} MB; {dict(sorted(counts.items()))}")


DRILL = Drill("uploads", tried, MUTANTS, cases=400, quick_cases=2, databases=places.BOTH)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
