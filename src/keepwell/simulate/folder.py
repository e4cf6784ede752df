"""This file writes the folder of a simulated company: settings, mapping and card, its exports, and the truth aside."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pyarrow.parquet as pq

from keepwell.simulate import company as founding
from keepwell.simulate import truth
from keepwell.simulate.company import Company, Progress
from keepwell.simulate.exports import billing, crm, helpdesk, marketing, success, telemetry
from keepwell.simulate.exports.writing import Exports
from keepwell.simulate.faults import Fault
from keepwell.simulate.world import World

EXPORTS, TRUTH = "exports", "truth"
FILES = ("keepwell.yaml", "mapping.yaml", "cards/health.yaml")


SYSTEMS = (
    crm.crm, success.calendar, success.sheets, billing.billing, helpdesk.helpdesk, marketing.surveys, marketing.marketing,
    telemetry.telemetry,
)  # fmt: skip


def write(world: World, folder: Path, progress: Progress | None = None) -> tuple[Fault, ...]:
    """Simulate a company and write all its files; the same world gives the same bytes. Gives the faults planted into them."""
    tell = progress or (lambda what, share: None)
    company = founding.founded(world, lambda what, share: tell(what, 0.7 * share))
    exports = Exports(company, folder / EXPORTS)
    for nth, system in enumerate(SYSTEMS):
        tell("Writing exports", 0.7 + 0.3 * nth / len(SYSTEMS))
        system(exports)
    _settings(world, folder)
    _truth(company, tuple(exports.planter.planted), folder / TRUTH)
    return tuple(exports.planter.planted)


def _settings(world: World, folder: Path) -> None:
    """Copy what people wrote, with the days of this world put in."""
    days = {
        "FIRST": world.first.isoformat(),
        "THROUGH": (world.until - timedelta(days=1)).isoformat(),
    }
    with as_file(files("keepwell.simulate") / "templates") as templates:
        for name in FILES:
            text = (templates / name).read_text(encoding="utf-8")
            for word, day in days.items():
                text = text.replace(f": {word}", f": {day}")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("data/\n", encoding="utf-8")


def _truth(company: Company, faults: Sequence[Fault], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "truth": truth.chances(company), "accounts": truth.accounts(company), "plays": truth.plays(company), "signals": truth.signals(),
    }  # fmt: skip
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    with (folder / "faults.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "kind", "count"))
        writer.writerows((each.file, each.kind, each.count) for each in faults)
