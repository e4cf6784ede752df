"""This file drills injection: what people can type or import has scripts and formulas in it, and no page runs or hands on any."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from tests.drills import sites
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

CANARIES = (
    "<script>window.canary=1</script>", '"><img src=x onerror="window.canary=1">', "'-alert(1)-'", "{{7*191}}", "{% now 'Y' %}",
    "javascript:window.canary=1", "</title><svg onload=window.canary=1>",
)  # fmt: skip
POISONED = {
    "crm_accounts.csv": ("Account Name", "Account Owner"),
    "crm_contacts.csv": ("Full Name", "Title"),
}
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1")
RAW = re.compile(r"<script>window|<img src=x|<svg onload|onerror=\"window|1337")
IS_FORMULA = re.compile(r"^[=+@\t\r]|^-\D")
PAGES = (
    "/book", "/portfolio", "/portfolio?sort=name", "/accounts/{id}", "/changed/{id}", "/timeline/{id}", "/contacts/{id}",
    "/contracts/{id}", "/usage/{id}", "/log/{id}", "/people", "/audit", "/portfolio/drops", "/me",
)  # fmt: skip
FILTERS = ("/portfolio?q={x}", "/portfolio?owner={x}", "/portfolio?band={x}", "/portfolio?sort={x}", "/search?q={x}", "/book?of={x}", "/accounts/{x}", "/facts/A-101?measure={x}", "/changed/A-101?from={x}", "/audit?who={x}", "/me/login/?next={x}", "/sign-in/{x}", "/{x}")  # fmt: skip
MUTANTS = (
    Mutant("not-escaped", "keepwell.charts.svg", "element", "else _escaped(each)", "else each"),
)  # fmt: skip


def poisoned(folder: Path) -> Path:
    """Make the starter company with a canary in every name, owner and segment of its accounts, and in its contacts."""
    shutil.copytree(sites.STARTER, folder, ignore=shutil.ignore_patterns("data"))
    words = (*CANARIES, *FORMULAS)
    for name, columns in POISONED.items():
        path = folder / "exports" / name
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        for nth, row in enumerate(rows):
            row |= {column: f"{words[nth % len(words)]} {nth}" for column in columns}
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    sites.typed(folder, "import", "exports")
    sites.scored(folder)
    return folder


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Type canaries into every field and filter, and read every page: `cases` canaries at most."""
    with sites.served(poisoned(folder / "starter")) as site:
        reader = sites.Reader(site)
        reader.enter()
        _, form = reader.read("/accounts/A-101")
        for nth, canary in enumerate((*CANARIES, *FORMULAS)[:cases]):
            reader.send("/override/A-101", form, score=str(nth), because=canary, until="2099-01-01")
            reader.send(
                "/pulse/A-101", form, pulse="red", note=canary, reason=canary, id=f"drill-{nth}"
            )
            reader.send("/portfolio/views", form, name=canary, query=f"q={quote(canary)}")
            yield _raw(reader, [page.format(id="A-101") for page in PAGES])
            yield _raw(reader, [page.format(x=quote(canary, safe="")) for page in FILTERS])
        _, given = reader.read("/portfolio.csv")
        cells = [cell for row in csv.reader(io.StringIO(given)) for cell in row]
        yield [f"a cell is a formula: {cell!r}" for cell in cells if IS_FORMULA.match(cell)]


def _raw(reader: sites.Reader, pages: list[str]) -> list[str]:
    wrong = []
    for page in pages:
        status, text = reader.read(page)
        if status >= 500:
            wrong.append(f"{page} was answered {status}")
        if found := RAW.search(text):
            wrong.append(
                f"{page} has {found[0]!r} as it was typed: {text[max(0, found.start() - 60) : found.end() + 20]!r}"
            )
    return wrong


DRILL = Drill("injection", tried, MUTANTS, cases=12, quick_cases=2, mutant_cases=2)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
