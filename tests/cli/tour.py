"""This file walks the tour of the demo: it types every command of docs/tour.md and puts what it answers into the page."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keepwell.cli import clock
from tests.house.rooms import ROOT
from tests.terminal import typed

PAGE = ROOT / "docs" / "tour.md"
BLOCK = re.compile(
    r"^```console\n\$ keepwell (?P<words>.+)\n(?P<answer>(?:.*\n)*?)```$", re.MULTILINE
)
MADE = re.compile(r"^```text\n(?:.*\n)*?```$", re.MULTILINE)  # what `keepwell demo` said
COLUMNS = "110"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)  # of the day of the demo's scores
HEAD = 3  # lines that every explanation is shown with

Type = Callable[[str], str]


def at(folder: Path) -> Type:
    """A terminal in a demo's folder: what somebody types after `keepwell`, and what they see."""

    def type_(words: str) -> str:
        with (
            pytest.MonkeyPatch.context() as patch
        ):  # on a later day every page says that its scores are old
            patch.setattr(clock, "now", lambda: NOON)
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
    """What was shown before, where it is what is seen with lines left out; else what is seen, cut as before."""
    lines = shown.splitlines()
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in lines)
    if shown and re.fullmatch(pattern, seen):
        return shown
    if "..." not in lines:
        return seen
    labels = [_label(line) for line in lines]
    kept: list[str] = []
    goes_on = False
    for nth, line in enumerate(seen.splitlines()):
        # A cell that did not fit goes on in the next line, where the number columns are empty.
        goes_on = goes_on and not re.search(r"\d+ %|·{4}", line)
        if nth < HEAD or goes_on or _label(line) in labels:
            kept.append(line)
            goes_on = nth >= HEAD and "  " in line.strip()
        elif kept[-1] != "...":
            kept.append("...")
    return "".join(f"{line}\n" for line in kept)


def _label(line: str) -> str:
    """By what a line is known again when its numbers have changed: the first cell with its indent, or up to and with a colon."""
    return re.split(r"(?<=\S)  |(?<=:) ", line)[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEEPWELL_DATABASE", raising=False)
        folder = Path(place) / "tour"
        patch.chdir(place)
        made = typed("demo", "tour", "--until", "2026-11-02", columns=COLUMNS)
        assert made.exit_code == 0, made.stderr
        said = "".join(f"{line.rstrip()}\n" for line in made.stdout.splitlines())
        page = MADE.sub(lambda _: f"```text\n{said}```", PAGE.read_text(encoding="utf-8"), count=1)
        text = walked(page, at(folder))
        PAGE.write_text(text, encoding="utf-8")
        sys.stdout.write(text)
