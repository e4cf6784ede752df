"""This file holds what all drills share: cases that end in broken promises or not, mutants by name, and the way to run one by hand."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.drills import places
from tests.drills.mutants import Mutant, broken


@dataclass(frozen=True)
class Drill:
    """A drill, the mutants that it must catch, and how many cases it takes by hand and in the tests.

    `tried` works in a folder and gives for each case a sentence for every promise that was broken. By hand it is
    run once on each of `databases`; a drill that names one alone uses others by itself, or none.
    """

    name: str
    tried: Callable[[Path, int], Iterator[list[str]]]
    mutants: tuple[Mutant, ...]
    cases: int
    quick_cases: int
    mutant_cases: int = 0  # to find a mutant in, where it is not three times as many as quick ones
    databases: tuple[str, ...] = (places.SQLITE,)

    def notices(self, mutant: Mutant, folder: Path) -> str:
        """Say how the drill notices a broken line, by a broken promise or by the house falling over it; empty if it does not."""
        with broken(mutant):
            try:
                return next(
                    (
                        broken[0]
                        for broken in self.tried(folder, self.mutant_cases or 3 * self.quick_cases)
                        if broken
                    ),
                    "",
                )
            except Exception as error:
                return f"{type(error).__name__}: {error}"

    def main(self, given: list[str] | None = None) -> int:
        """Run by hand: the figure is printed, and the exit code says whether the mark is met."""
        parser = argparse.ArgumentParser(prog=f"just drill {self.name}")
        parser.add_argument("--cases", type=int, default=self.cases, help="how many cases to try")
        parser.add_argument(
            "--mutant",
            choices=[mutant.name for mutant in self.mutants],
            help="break this line first",
        )
        parser.add_argument(
            "--mutants", action="store_true", help="break each of the known lines in turn"
        )
        asked = parser.parse_args(given)
        if asked.mutant or asked.mutants:
            return self._try_mutants(
                [mutant for mutant in self.mutants if asked.mutant in (None, mutant.name)]
            )
        return max(self._run(kind, asked.cases) for kind in self.databases)

    def _run(self, kind: str, cases: int) -> int:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, places.on(kind) as is_installed:
            if not is_installed:
                say(f"{self.name}: {kind} is not installed")
                return 1
            found = list(self.tried(Path(folder), cases))
        sentences = [sentence for case in found for sentence in case]
        where = f" on {kind}" if len(self.databases) > 1 else ""
        say(
            f"{self.name}{where}: {len(found)} cases, {len(sentences)} broken promises, {time.monotonic() - began:.0f} s"
        )
        for sentence in sentences:
            say(f"  {sentence}")
        return 1 if sentences else 0

    def _try_mutants(self, mutants: list[Mutant]) -> int:
        survived = 0
        for mutant in mutants:
            with tempfile.TemporaryDirectory() as folder:
                noticed = self.notices(mutant, Path(folder))
            survived += not noticed
            say(
                f"{self.name}: {mutant.name} "
                + (f"caught: {noticed[:160]}" if noticed else "SURVIVED")
            )
        return 1 if survived else 0


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
