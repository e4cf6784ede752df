"""This file drills definitions: whatever a card says, it is rejected in a sentence, or it is checked, published and scored in time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import installations
from tests.drills import hostile_cards, places
from tests.drills.drill import Drill, say
from tests.drills.mutants import Mutant
from tests.house.rooms import ROOT
from tests.terminal import typed

GRAMMAR, NODE, SIZE, SCALE, CONDITIONS = (
    f"keepwell.health.{name}"
    for name in ("definition.grammar", "definition.node", "definition.size", "definition.scale", "compile.conditions")
)  # fmt: skip
MUTANTS = (
    Mutant("one-test-after-the-other", CONDITIONS, "join", "[tests[at : at + 2] for at in range(0, len(tests), 2)]", "[tests[:2], *([one] for one in tests[2:])]"),
    Mutant("any-character", NODE, "_checked", "and limit.unstorable(event.value)", "and False"),
    Mutant("any-depth-of-brackets", GRAMMAR, "_Reader.one", "if depth > MOST_DEPTH:", "if False:"),
    Mutant("any-depth-of-yaml", NODE, "_checked", "elif depth > MOST_DEPTH:", "elif False:"),
    Mutant("any-number", GRAMMAR, "_number", "if abs(number) >= LARGEST:", "if False:"),
    Mutant("opens-what-a-tag-names", NODE, "_checked", 'rejected = f"the tag `{tag}` is not supported"', 'rejected = open(getattr(event, "value", "/dev/null")).read()'),
    Mutant("any-size", SIZE, "excesses", "if count > most:", "if False:"),
    Mutant("any-way-from-worst-to-best", SCALE, "_line", "if abs(worst - best) < LEAST_WAY:", "if worst == best:"),
)  # fmt: skip
UNREAD = "unread.txt"  # the file that no card may read


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Hand hostile cards to children one by one, and tell of each what it broke."""
    template, secret = _company(folder / "template"), folder / UNREAD
    secret.write_text("nobody may read this\n", encoding="utf-8")
    cards = folder / "cards"
    cards.mkdir()
    with _children(template, secret) as ask:
        for case in range(cases):
            kind, card = hostile_cards.hostile(case, str(secret))
            path = cards / f"{case:04d}.yaml"
            path.write_bytes(card)
            _untouch(secret)
            answer = ask(path)
            if secret.stat().st_atime:
                answer["wrong"].append("reads a file outside the facts")
            FIGURES.add(kind, answer)
            yield [f"case {case} ({kind}): {sentence}" for sentence in answer["wrong"]]


# Rows whose numbers, days and texts are the largest that an import accepts: what a card makes of them must fit too.
REJECTED = 9  # what the starter itself has wrong
MOST, LEAST, LATE, LONG = (
    "999999999999.999999",
    "-999999999999.999999",
    "9999-12-31",
    "\U0001f600" * 200,
)
EXTREMES = {
    "product_usage.csv": (f"2026-10-30,harbour-books,{LONG},export,{MOST}", f"2026-10-30,harbour-books,x,{LONG},{LEAST}", f"2026-10-29,harbour-books,x,{LONG},{MOST}", "2026-10-29,harbour-books,y,export,0.000001"),
    "billing_lines.csv": (*(f"X-{nth};A-101;x;recurring;1900-01-01;{LATE};999999999999,999999;seat;83333333333,333333;EUR;yes;36600" for nth in range(3)), f"{LONG};A-102;x;recurring;2026-01-01;;-999999999999,999999;seat;-83333333333,333333;EUR;yes;0"),
    "invoices.csv": (f"X-1;A-101;1900-01-01;1900-01-01;{LATE};999999999999,999999;EUR", f"X-2;A-101;2026-10-01;{LATE};;-999999999999,999999;EUR"),
    "success_plans.csv": (f"2026-10-30,A-101,x,{LEAST},{MOST},{MOST},{MOST},{LATE},yes,{MOST}", f"2026-10-30,A-102,y,0.000001,0.000002,{MOST},0,1900-01-01,no,1"),
    "survey_answers.csv": (f"X-1,2026-10-30,A-101,nps,{MOST},{LEAST},{MOST},user,,x", f"X-2,2026-10-30,A-101,nps,{LEAST},0,0.000001,{LONG},,x"),
    "helpdesk_tickets.csv": (f"X-1,A-101,1900-01-01 00:00,{LATE} 23:59,high,yes,{MOST},{LEAST},,x", f"X-2,A-101,2026-10-30 00:00,1900-01-01 00:00,low,no,{LEAST},{MOST},,x"),
    "onboarding.csv": (f"A-101,x,1900-01-01,{LATE},1900-01-01", f"A-102,y,{LATE},1900-01-01,{LATE}"),
    "market_news.csv": (f"1900-01-01,A-101,credit,bad,{MOST},x", f"2026-10-30,A-101,credit,bad,{LEAST},x"),
    "crm_accounts.csv": (f"{LONG},{LONG},{LONG},retail,IE,{MOST},1900-01-01,{LONG},A-101,{MOST},x,no", f"X-2,x,x,x,x,{LEAST},{LATE},x,{LONG},0.000001,x,no"),
}  # fmt: skip


def _company(folder: Path) -> Path:
    """Import the starter's thirty accounts, which fill every table, and what is at the limits; nothing is published."""
    shutil.copytree(ROOT / "examples" / "starter", folder, ignore=shutil.ignore_patterns("data"))
    for name, rows in EXTREMES.items():
        with (folder / "exports" / name).open("a", encoding="utf-8") as file:
            file.writelines(row + "\n" for row in rows)
    if not places.is_postgresql():
        installations.give_tables(folder)
    done = typed(
        "import",
        str(folder / "exports"),
        "--workspace",
        str(folder),
        "--json",
        database=places.address(folder),
    )
    assert done.exit_code == 0, done.stderr
    rejected = sum(
        sum(each["rejected_by_reason"].values()) for each in json.loads(done.stdout)["sources"]
    )
    assert rejected == REJECTED, "of the rows at the limits every one is accepted"
    installations.leave()
    return folder


def _untouch(secret: Path) -> None:
    """Set the time of its last reading back, so that the next one shows: reading sets it where it is older than the writing."""
    os.utime(secret, (0, secret.stat().st_mtime))


@contextmanager
def _children(template: Path, secret: Path) -> Iterator[Any]:
    command = [sys.executable, "-m", "tests.drills.card_children", str(template), str(secret)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as running:
        assert running.stdin, "the cards are handed through it"
        assert running.stdout, "the answers come through it"

        def ask(card: Path) -> dict[str, Any]:
            running.stdin.write(json.dumps(str(card)) + "\n")
            running.stdin.flush()
            line = running.stdout.readline()
            assert line, "the parent of the children has died"
            return dict(json.loads(line))

        try:
            yield ask
        finally:
            running.stdin.close()


class Figures:
    """What the cards took, for whoever runs the drill by hand."""

    def __init__(self) -> None:
        self.cards, self.accepted, self.mb, self.slowest = 0, Counter[str](), 0, {"": 0.0}

    def add(self, kind: str, answer: dict[str, Any]) -> None:
        self.cards += 1
        self.accepted[kind] += answer["accepted"]
        self.mb = max(self.mb, answer["mb"])
        for command, seconds in answer["seconds"].items():
            self.slowest[command] = max(self.slowest.get(command, 0.0), seconds)

    def __str__(self) -> str:
        slowest = ", ".join(
            f"{command} {seconds} s" for command, seconds in self.slowest.items() if command
        )
        return f"{self.cards} cards, {sum(self.accepted.values())} of them accepted and scored; slowest: {slowest}; peak {self.mb} MB"


FIGURES = Figures()
DRILL = Drill(
    "definitions",
    tried,
    MUTANTS,
    cases=400,
    quick_cases=len(hostile_cards.KINDS) // 6,
    mutant_cases=len(hostile_cards.KINDS),  # every kind of card once
    databases=places.BOTH,
)

if __name__ == "__main__":
    code = DRILL.main()
    if FIGURES.cards:
        say(str(FIGURES))
    raise SystemExit(code)
