"""This file writes a company's folder: settings, mapping, card, exports, and the ground truth."""

from __future__ import annotations

import csv
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pyarrow.parquet as pq

from keepwell.simulate import company, truth
from keepwell.simulate.company import Company, Progress
from keepwell.simulate.exports import billing, crm, helpdesk, marketing, success, telemetry
from keepwell.simulate.exports.writer import ExportWriter
from keepwell.simulate.faults import Fault
from keepwell.simulate.world import World

EXPORTS, TRUTH = "exports", "truth"
TEMPLATES = ("keepwell.yaml", "mapping.yaml", "cards/health.yaml")

# All plant faults from one random stream, so their order decides what is planted where.
SYSTEMS = (
    crm.export,
    success.export_calendar,
    success.export_sheets,
    billing.export,
    helpdesk.export,
    marketing.export_surveys,
    marketing.export_campaigns,
    telemetry.export,
)


def write(world: World, folder: Path, progress: Progress | None = None) -> tuple[Fault, ...]:
    """Simulate a company, write its folder, and return the faults planted in its exports.

    The same world always gives the same bytes.
    """
    report = progress or (lambda step, share: None)
    simulated = company.simulate(world, lambda step, share: report(step, 0.7 * share))
    writer = ExportWriter(simulated, folder / EXPORTS)
    for nth, export in enumerate(SYSTEMS):
        report("Writing exports", 0.7 + 0.3 * nth / len(SYSTEMS))
        export(writer)
    faults = tuple(writer.planter.planted)
    _write_templates(world, folder)
    _write_truth(simulated, faults, folder / TRUTH)
    return faults


def _write_templates(world: World, folder: Path) -> None:
    """Copy the settings, mapping and card, filling in the dates of this world."""
    last_date = world.until - timedelta(days=1)
    dates = {"FIRST": world.first_date.isoformat(), "THROUGH": last_date.isoformat()}
    with as_file(files("keepwell.simulate") / "templates") as templates:
        for name in TEMPLATES:
            text = (templates / name).read_text(encoding="utf-8")
            for word, day in dates.items():
                text = text.replace(f": {word}", f": {day}")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("data/\n", encoding="utf-8")


def _write_truth(simulated: Company, faults: tuple[Fault, ...], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "truth": truth.churn_chances(simulated),
        "accounts": truth.accounts(simulated),
        "plays": truth.plays(simulated),
        "signals": truth.signals(),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    with (folder / "faults.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "kind", "count"))
        writer.writerows((each.file, each.kind, each.count) for each in faults)
