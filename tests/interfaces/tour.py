"""This file walks the tour of the demo: it types every command of docs/tour.md and puts what it answers into the page."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.rooms import ROOT
from tests.terminal import typed

PAGE = ROOT / "docs" / "tour.md"
BLOCK = re.compile(
    r"^```console\n\$ keepwell (?P<words>.+)\n(?P<answer>(?:.*\n)*?)```$", re.MULTILINE
)
COLUMNS = "110"

Type = Callable[[str], str]


def at(folder: Path) -> Type:
    """A terminal in a demo's folder: what somebody types after `keepwell`, and what they see."""

    def type_(words: str) -> str:
        done = typed(*shlex.split(words), "--workspace", str(folder), columns=COLUMNS)
        assert done.exit_code == 0, f"{words}: {done.stderr}{done.stdout}"
        return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())

    return type_


def walked(page: str, type_: Type) -> str:
    """The page with every answer typed anew; a line `...` stands for any lines, and an answer that has one keeps them."""

    def block(found: re.Match[str]) -> str:
        seen = type_(found["words"])
        return f"```console\n$ keepwell {found['words']}\n{_cut(found['answer'], seen)}```"

    return BLOCK.sub(block, page)


def _cut(shown: str, seen: str) -> str:
    """What was shown before, where it is what is seen with lines left out; else all that is seen."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()
    )
    return shown if shown and re.fullmatch(pattern, seen) else seen


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEEPWELL_DATABASE", raising=False)
        folder = Path(place) / "keepwell-demo"
        made = typed("demo", str(folder))
        assert made.exit_code == 0, made.stderr
        text = walked(PAGE.read_text(encoding="utf-8"), at(folder))
        PAGE.write_text(text, encoding="utf-8")
        sys.stdout.write(text)
