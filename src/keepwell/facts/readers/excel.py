"""This file opens Excel and OpenDocument sheets: every cell becomes the text that a CSV export of it would have."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from keepwell.facts.duckdb_session import literal
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.open_file import OpenFile, check_header
from keepwell.facts.readers.unreadable import unreadable

PROGRAM = "keepwell.facts.readers.sheet_program"
OUT_OF_MEMORY = 3  # its exit code
AS_CSV = "Export it as CSV."
MAX_LINE = 8_000_000  # bytes: twice what a row of a million characters can take
_sheets = count(1)


def open_file(file: InputFile, format: Format, scratch: Path, limits: Limits) -> OpenFile:
    """Open one sheet, the first unless one is named; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    copied = scratch / f"sheet_{next(_sheets)}.csv"
    asked = {
        "path": str(file.path),
        "name": file.name,
        "sheet": format.sheet,
        "skip": format.skip,
        "decimal": format.decimal,
        "out": str(copied),
        "limits": asdict(limits),
    }
    answer = _answer(file, asked, limits)
    if fault := answer.get("fault"):
        raise unreadable(fault.pop("code"), file.name, fault.pop("what"), **fault)
    header = answer["header"]
    check_header(file, header, answer["line"], limits.columns)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header)))
    relation = (
        f"read_csv({literal(str(copied))}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', nullstr='', "
        f"columns={{'line': 'BIGINT', {columns}}}, compression='none', max_line_size={MAX_LINE}, hive_partitioning=false)"
    )
    named = {title: f"c{place}" for place, title in enumerate(header) if title}
    return OpenFile(file, relation, named, line="line", has_iso_dates=True)


def _answer(file: InputFile, asked: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Let the program read the sheet. A library that asks for too much memory ends its process, so it is not ours."""
    try:
        # With -P nothing in the current folder, where exports may lie, is taken for a module.
        done = subprocess.run(
            [sys.executable, "-P", "-m", PROGRAM],
            input=json.dumps(asked),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        what = f"takes more than {limits.seconds} seconds to read"
        raise unreadable("F116", file.name, what, AS_CSV) from None
    if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
        gigabytes = limits.memory_bytes / 10**9
        what = f"damaged, or needs more than {gigabytes:.1f} GB of memory to read"
        raise unreadable("F116", file.name, what, AS_CSV)
    assert done.returncode == 0, f"the program that reads sheets failed: {done.stderr[-2000:]}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
