"""This file writes what the product reports of its use: a file for every month and data centre, and the lists that go with it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.exports.writing import Exports
from keepwell.simulate.faults import Planter
from keepwell.simulate.world import day

CENTRES = ("eu", "us")
INTERNAL = "fernhill-internal"
RHYTHM_DAYS = 7
TESTS, EARLY = (
    20,
    3,
)  # rows for every hundred accounts: of the vendor's own people, and from before the account began


def telemetry(exports: Exports) -> None:
    """Uses, features and workspaces."""
    company, folder, planter = exports.company, exports.folder, exports.planter
    spaces = workspaces(company)
    (folder / "product").mkdir(parents=True, exist_ok=True)
    _lists(company, folder / "product", spaces)
    is_american = pa.array(company.accounts.is_american)
    days: dict[str, list[np.ndarray]] = {centre: [] for centre in CENTRES}
    for nth, uses in enumerate(company.uses(), start=1):
        broken = uses["day"].to_numpy() >= company.world.end_day - vendor.BROKEN_DAYS
        for at, centre in enumerate(CENTRES):
            there = pc.take(is_american, uses["account"]).to_numpy() == bool(at)
            kept = uses.filter(pa.array(there & ~(broken & (centre == "us"))))
            if len(kept):
                days[centre].append(np.unique(kept["day"].to_numpy()))
                named = _named(kept, spaces, first=(10 * nth + at) * 10**8)
                spoils = planter if nth == 1 and not at else None
                _months(
                    company,
                    folder / "product" / centre,
                    named,
                    spoils,
                    spaces,
                    "" if nth == 1 else f"_{nth}",
                )
    for centre, seen in days.items():
        if seen:
            _promised(company, np.unique(np.concatenate(seen)), planter, f"product/{centre}")


def workspaces(company: Company) -> list[str]:
    """The name of every account's workspace in the product: a short form of its own, told apart by a number."""
    taken: dict[str, int] = {}
    found = []
    for domain in company.domains:
        short = re.sub(r"[^a-z0-9]+", "-", domain.removesuffix(".example").lower()).strip("-")
        taken[short] = taken.get(short, 0) + 1
        found.append(short if taken[short] == 1 else f"{short}-{taken[short]}")
    return found


def _named(uses: pa.Table, spaces: list[str], first: int) -> pa.Table:
    """Numbers as the product's own words."""
    account, user = uses["account"].to_numpy(), uses["user"].to_numpy()
    features = pa.array([feature.name for feature in vendor.FEATURES])
    number = account * 100_003 + user * 7919 + 13  # no two alike: no account has 100,003 users
    users = pc.binary_join_element_wise("u", pc.cast(pa.array(number), pa.string()), "")
    return pa.table({
        "event": pa.array(first + 1 + np.arange(len(uses))),
        "day": uses["day"].to_numpy().astype("datetime64[D]"),
        "workspace": pc.take(pa.array(spaces), uses["account"]),
        "user": users,
        "feature": pc.take(features, uses["feature"]),
        "times": uses["times"],
    })  # fmt: skip


def _months(
    company: Company,
    folder: Path,
    uses: pa.Table,
    planter: Planter | None,
    spaces: list[str],
    part_of: str,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    months = uses["day"].to_numpy().astype("datetime64[M]")
    names, begins = np.unique(months, return_index=True)
    ends = [*begins[1:], len(uses)]
    for name, begin, end in zip(names, begins, ends, strict=True):
        part = uses.slice(begin, end - begin)
        if planter and name == names[-1]:
            part = _spoilt(company, part, planter, f"product/eu/uses_{name}.csv", spaces)
        csv.write_csv(
            part, folder / f"uses_{name}{part_of}.csv", csv.WriteOptions(quoting_style="needed")
        )


def _promised(company: Company, days: np.ndarray, planter: Planter, file: str) -> None:
    """Note where reports come later than every RHYTHM_DAYS, which the mapping promises."""
    silent = int(company.world.end_day - days[-1] - 1)
    if silent > RHYTHM_DAYS:
        planter.note(file, "feed_stops", silent)
    gaps = int((np.diff(days) > RHYTHM_DAYS).sum())
    if gaps:
        planter.note(file, "feed_has_gaps", gaps)


def _spoilt(
    company: Company, uses: pa.Table, planter: Planter, file: str, spaces: list[str]
) -> pa.Table:
    """Add uses of the vendor's own people, and some from before their account began."""
    tests, early = TESTS * planter.each, EARLY * planter.each
    own = uses.take(np.arange(tests + early) % len(uses))
    count = tests
    youngest = int(np.argmax(np.where(company.accounts.is_american, 0, company.accounts.started)))
    before = np.datetime64(day(int(company.accounts.started[youngest]) - 3))
    days = own["day"].to_numpy().copy()
    days[count:] = before
    more = (
        own.set_column(0, "event", pa.array(5 * 10**8 + np.arange(len(own))))
        .set_column(1, "day", pa.array(days))
        .set_column(2, "workspace", pa.array([INTERNAL] * count + [spaces[youngest]] * early))
    )
    planter.note(file, "no_match", count)
    planter.note(file, "usage_before_account", early)
    return pa.concat_tables([uses, more.cast(uses.schema)])


def _lists(company: Company, folder: Path, spaces: list[str]) -> None:
    end = company.world.end_day
    csv.write_csv(
        pa.table({"workspace": spaces, "account": [company.id(who) for who in range(len(spaces))]}),
        folder / "workspaces.csv",
    )
    features = vendor.FEATURES
    csv.write_csv(pa.table({
        "feature": [each.name for each in features], "part of": [each.product for each in features],
        "key": ["yes" if each.is_key else "no" for each in features], "rhythm": [each.rhythm for each in features],
        "released": [day(end - 7 * each.released_weeks_ago) for each in features],
        "retired": pa.array(
            [None if each.retired_weeks_ago is None else day(end - 7 * each.retired_weeks_ago) for each in features], pa.date32()
        ),
    }), folder / "features.csv")  # fmt: skip
