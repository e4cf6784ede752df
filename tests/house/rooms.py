"""This file finds the files of the project for the tests of the house."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "keepwell"


def tracked(*patterns: str) -> list[Path]:
    """List the files of the project that git knows or would take, by pattern; a copy without git lists what lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        return sorted(
            path
            for pattern in patterns
            for path in ROOT.rglob(pattern)
            if ".venv" not in path.parts
        )
    return sorted(path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file())


def sources() -> list[Path]:
    """List the modules of the package; migrations are written by a machine and are left out."""
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


def named(path: Path) -> str:
    """Name a file as people do, from the root of the project."""
    return path.relative_to(ROOT).as_posix()
