"""This file exports product usage by month and data centre, with workspaces and features."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.exports.writer import ExportWriter
from keepwell.simulate.faults import Planter
from keepwell.simulate.world import to_date

DATA_CENTRES = ("eu", "us")
INTERNAL_WORKSPACE = "fernhill-internal"
EXPECTED_EVERY_DAYS = 7  # as the mapping declares
# Rows per hundred accounts: the vendor's own usage, and usage from before an account started.
INTERNAL_ROWS, EARLY_ROWS = 20, 3


def export(writer: ExportWriter) -> None:
    """Write the workspaces, the features and the usage."""
    company, planter, folder = writer.company, writer.planter, writer.folder / "product"
    workspaces = workspace_names(company)
    folder.mkdir(parents=True, exist_ok=True)
    _write_lists(company, folder, workspaces)
    is_us_hosted = pa.array(company.accounts.is_us_hosted)
    us_feed_end = company.world.end_day - vendor.US_FEED_DOWN_DAYS
    reported_days: dict[str, list[np.ndarray]] = {centre: [] for centre in DATA_CENTRES}
    for nth, usage in enumerate(company.usage(), start=1):
        is_after_us_feed = usage["day"].to_numpy() >= us_feed_end
        for at, centre in enumerate(DATA_CENTRES):
            is_hosted_here = pc.take(is_us_hosted, usage["account"]).to_numpy() == bool(at)
            is_missing = is_after_us_feed & (centre == "us")
            reported = usage.filter(pa.array(is_hosted_here & ~is_missing))
            if len(reported):
                reported_days[centre].append(np.unique(reported["day"].to_numpy()))
                events = _events(reported, workspaces, first_id=(10 * nth + at) * 10**8)
                plants_faults = nth == 1 and centre == "eu"
                _write_months(
                    company,
                    folder / centre,
                    events,
                    workspaces,
                    planter if plants_faults else None,
                    suffix="" if nth == 1 else f"_{nth}",
                )
    for centre, days in reported_days.items():
        if days:
            _record_late_feed(
                company, np.unique(np.concatenate(days)), planter, f"product/{centre}"
            )


def workspace_names(company: Company) -> list[str]:
    """Name each account's workspace after its domain, with a number if that is taken."""
    uses: dict[str, int] = {}
    names = []
    for domain in company.domains:
        short = re.sub(r"[^a-z0-9]+", "-", domain.removesuffix(".example").lower()).strip("-")
        uses[short] = uses.get(short, 0) + 1
        names.append(short if uses[short] == 1 else f"{short}-{uses[short]}")
    return names


def _events(usage: pa.Table, workspaces: list[str], first_id: int) -> pa.Table:
    """Return usage as the product reports it, with ids and names for its numbers."""
    account, user = usage["account"].to_numpy(), usage["user"].to_numpy()
    features = pa.array([feature.name for feature in vendor.FEATURES])
    number = account * 100_003 + user * 7919 + 13  # unique, as no account has 100,003 users
    users = pc.binary_join_element_wise("u", pc.cast(pa.array(number), pa.string()), "")
    return pa.table({
        "event": pa.array(first_id + 1 + np.arange(len(usage))),
        "day": usage["day"].to_numpy().astype("datetime64[D]"),
        "workspace": pc.take(pa.array(workspaces), usage["account"]),
        "user": users,
        "feature": pc.take(features, usage["feature"]),
        "times": usage["times"],
    })  # fmt: skip


def _write_months(
    company: Company,
    folder: Path,
    events: pa.Table,
    workspaces: list[str],
    planter: Planter | None,
    suffix: str,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    months, begins = np.unique(events["day"].to_numpy().astype("datetime64[M]"), return_index=True)
    ends = [*begins[1:], len(events)]
    for month, begin, end in zip(months, begins, ends, strict=True):
        part = events.slice(begin, end - begin)
        if planter and month == months[-1]:
            file = f"product/eu/uses_{month}.csv"
            part = _with_faults(company, part, planter, file, workspaces)
        csv.write_csv(
            part, folder / f"uses_{month}{suffix}.csv", csv.WriteOptions(quoting_style="needed")
        )


def _record_late_feed(company: Company, days: np.ndarray, planter: Planter, file: str) -> None:
    """Record where the feed is silent for longer than the mapping expects."""
    silent_days = int(company.world.end_day - days[-1] - 1)
    if silent_days > EXPECTED_EVERY_DAYS:
        planter.record(file, "feed_stops", silent_days)
    gaps = int((np.diff(days) > EXPECTED_EVERY_DAYS).sum())
    if gaps:
        planter.record(file, "feed_has_gaps", gaps)


def _with_faults(
    company: Company, events: pa.Table, planter: Planter, file: str, workspaces: list[str]
) -> pa.Table:
    """Add usage of the vendor's own people, and some from before its account started."""
    internal, early = INTERNAL_ROWS * planter.hundreds, EARLY_ROWS * planter.hundreds
    copies = events.take(np.arange(internal + early) % len(events))
    accounts = company.accounts
    youngest = int(np.argmax(np.where(accounts.is_us_hosted, 0, accounts.started)))
    days = copies["day"].to_numpy().copy()
    days[internal:] = np.datetime64(to_date(int(accounts.started[youngest]) - 3))
    names = [INTERNAL_WORKSPACE] * internal + [workspaces[youngest]] * early
    faulty = (
        copies.set_column(0, "event", pa.array(5 * 10**8 + np.arange(len(copies))))
        .set_column(1, "day", pa.array(days))
        .set_column(2, "workspace", pa.array(names))
    )
    planter.record(file, "no_match", internal)
    planter.record(file, "usage_before_account", early)
    return pa.concat_tables([events, faulty.cast(events.schema)])


def _write_lists(company: Company, folder: Path, workspaces: list[str]) -> None:
    ids = [company.account_id(account) for account in range(len(workspaces))]
    csv.write_csv(pa.table({"workspace": workspaces, "account": ids}), folder / "workspaces.csv")

    def weeks_ago(weeks: int | None) -> object:
        return None if weeks is None else to_date(company.world.end_day - 7 * weeks)

    features = vendor.FEATURES
    table = pa.table({
        "feature": [each.name for each in features],
        "part of": [each.product for each in features],
        "key": ["yes" if each.is_key else "no" for each in features],
        "rhythm": [each.rhythm for each in features],
        "released": [weeks_ago(each.released_weeks_ago) for each in features],
        "retired": pa.array([weeks_ago(each.retired_weeks_ago) for each in features], pa.date32()),
    })  # fmt: skip
    csv.write_csv(table, folder / "features.csv")
