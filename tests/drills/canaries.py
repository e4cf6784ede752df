"""This file holds the hostile texts of the drill of injection, and plants them in every column of an export that people can write in."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from tests.drills import sites

CANARIES = (
    "<script>window.canary=1</script>", '"><img src=x onerror="window.canary=1">', "'-alert(1)-'", "{{7*191}}", "{% now 'Y' %}",
    "javascript:window.canary=1", "</title><svg onload=window.canary=1>",
)  # fmt: skip
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1")
TEXTS = (*CANARIES, *FORMULAS)
# Texts of an export that are free; what a table closes (a status, a priority) is planted in some rows, to be rejected.
POISONED = {
    "crm_accounts.csv": ("Account Name", "Account Owner", "Industry", "Lifecycle Stage"),
    "crm_contacts.csv": ("Full Name", "Title"),
    "crm_meetings.csv": ("Type",),
    "csm_pulses.csv": ("reason", "note", "by"),
    "helpdesk_tickets.csv": ("Subject",),
    "survey_answers.csv": ("comment", "role"),
    "renewals.csv": ("reason", "in their words"),
    "success_plans.csv": ("outcome",),
    "onboarding.csv": ("step",),
    "advocacy.csv": ("act",),
    "market_news.csv": ("source",),
    "billing_lines.csv": ("product",),
}
REJECTED = {
    "crm_meetings.csv": "Status",
    "helpdesk_tickets.csv": "Opened",
    "invoices.csv": "amount",
}


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would run a cell: it begins with a sign and is no number."""
    begun = cell.lstrip(" \"'" if not cell.startswith("'") else " ")
    if not begun or begun[0] not in "=+-@\t\r":
        return False
    try:
        float(begun)
    except ValueError:
        return True
    return False


def poisoned(folder: Path) -> Path:
    """Make the starter company with a text in every column that is free, in names of its features, and as the id of an account."""
    shutil.copytree(sites.STARTER, folder, ignore=shutil.ignore_patterns("data"))
    for name in {*POISONED, *REJECTED}:
        _rewrite(folder / "exports" / name)
    _add_rows(folder / "exports")
    sites.typed(folder, "import", "exports")
    sites.scored(folder)
    return folder


def _rewrite(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    delimiter = ";" if text.splitlines()[0].count(";") > 2 else ","
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    for nth, row in enumerate(rows):
        planted = f"{TEXTS[nth % len(TEXTS)]} {nth}"
        row |= dict.fromkeys(POISONED.get(path.name, ()), planted)
        if path.name in REJECTED and nth < len(TEXTS):
            row[REJECTED[path.name]] = planted
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def _add_rows(exports: Path) -> None:
    """Add an account whose id is the text, with a contract, and a feature of that name that it uses."""
    for nth, text in enumerate(TEXTS):
        day = f"2026-10-{nth + 10}"
        for name, row in (
            ("crm_accounts.csv", [text, text, "mid-market", "retail", "IE", "20", "2024-03-01", text, "", "36", "growing", "no"]),
            ("product_workspaces.csv", [f"drill-{nth}", text]),
            ("product_features.csv", [text, text, "yes", "daily", "2023-06-01", ""]),
            ("product_usage.csv", [day, f"drill-{nth}", "somebody", text, "3"]),
            ("product_usage.csv", [day, "harbour-books", text, text, "3"]),
        ):  # fmt: skip
            with (exports / name).open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow(row)
        line = [f"L-9{nth:03d}", text, text, "recurring", "2026-03-01", "2027-03-01", "40", "seat", "560,00", "EUR", "yes", "60"]  # fmt: skip
        with (exports / "billing_lines.csv").open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerow(line)
