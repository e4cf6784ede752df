"""This file computes a simulated company's rates and writes them into docs/simulation.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from keepwell.simulate import company, vendor
from keepwell.simulate.company import Company
from keepwell.simulate.contracts import seats_by_day
from keepwell.simulate.world import NEVER, World
from tests.house.rooms import ROOT

PAGE = ROOT / "docs" / "simulation.md"
WORLD = World(400, 1, date(2026, 11, 2))
BEGIN, END = "<!-- rates -->", "<!-- /rates -->"
FORMATS = {
    "NPS": "{:.0f}",
    "tickets per account and month": "{:.1f}",
    "median hours to first reply": "{:.1f}",
}


def count(simulated: Company) -> dict[str, float]:
    """Return every rate by its name; the name of a segment's rate ends in the segment."""
    rates: dict[str, float] = {}
    for nth, segment in enumerate(vendor.SEGMENTS):
        is_in_segment = simulated.accounts.segment == nth
        rates |= {f"{name}, {segment.name}": rate for name, rate in _kept(simulated, is_in_segment)}
    rates |= dict(_kept(simulated, np.full(len(simulated.accounts), True)))
    return rates | dict(_usage(simulated)) | dict(_sentiment(simulated)) | dict(_other(simulated))


def yearly_revenue(simulated: Company, day: int) -> np.ndarray:
    """Return every account's recurring revenue per year on a day, in euro."""
    revenue = np.zeros(len(simulated.accounts))
    for line in simulated.contracts.lines:
        end = line.end if line.end is not None else NEVER
        if line.kind == "recurring" and line.start <= day < end:
            revenue[line.account] += 12 * line.monthly
    return revenue


def _kept(simulated: Company, among: np.ndarray) -> Iterator[tuple[str, float]]:
    """Yield retention since a year before the end, of the accounts that were paying then."""
    before, now = (yearly_revenue(simulated, simulated.world.end_day - ago) for ago in (366, 1))
    cohort = among & (before > 0)
    yield "logo churn", float((now[cohort] == 0).mean())
    yield "gross retention", float(np.minimum(before, now)[cohort].sum() / before[cohort].sum())
    yield "net retention", float(now[cohort].sum() / before[cohort].sum())


def _usage(simulated: Company) -> Iterator[tuple[str, float]]:
    usage = pa.concat_tables(simulated.usage())
    count, end = len(simulated.accounts), simulated.world.end_day - vendor.US_FEED_DOWN_DAYS
    days, account = usage["day"].to_numpy(), usage["account"].to_numpy()
    is_recent = (days >= end - 28) & (days < end)
    users = np.unique(np.stack([account[is_recent], usage["user"].to_numpy()[is_recent]]), axis=1)
    active = np.bincount(users[0], minlength=count)
    seats = seats_by_day(simulated.contracts.lines, count, np.array([end - 1]))[:, 0]
    yield "seats in use within 28 days", float(active[seats > 0].sum() / seats.sum())
    available = sum(feature.retired_weeks_ago is None for feature in vendor.FEATURES)
    pairs = np.unique(
        np.stack([account[is_recent], usage["feature"].to_numpy()[is_recent]]), axis=1
    )
    used = np.bincount(pairs[0], minlength=count)
    yield "features used within 28 days", float(used[used > 0].mean() / available)


def _sentiment(simulated: Company) -> Iterator[tuple[str, float]]:
    tickets = simulated.tickets
    scores = np.array([each.score for each in simulated.surveys if each.score is not None])
    yield "survey replies", len(scores) / len(simulated.surveys)
    yield "NPS", float(((scores > 8).mean() - (scores < 7).mean()) * 100)
    rated = np.array([each.satisfaction for each in tickets if each.satisfaction is not None])
    yield "tickets rated 4 or 5", float((rated > 3).mean())
    months = simulated.history.series("is_there").sum() / 4.345
    yield "tickets per account and month", float(len(tickets) / months)
    yield "tickets escalated", float(np.mean([each.is_escalated for each in tickets]))
    minutes = np.median([each.reply_minutes for each in tickets])
    yield "median hours to first reply", float(minutes / 60)


def _other(simulated: Company) -> Iterator[tuple[str, float]]:
    everyone, lives = simulated.accounts, simulated.history
    is_over = everyone.is_trial & (everyone.started + 30 < simulated.world.end_day)
    yield "trials converted", float((~everyone.is_doomed_trial[is_over]).mean())
    is_new = (everyone.started >= simulated.world.first_day) & (everyone.segment > 0)
    yield "onboardings stalled", float(everyone.is_stalled[is_new].mean())
    champion_weeks = lives.series("has_champion").astype(bool) & lives.series("is_there").astype(
        bool
    )
    left = sum(each.kind == "champion left" for each in lives.events)
    yield "champions lost in a year", float(left / (champion_weeks.sum() / 52.18))
    is_late = [each.paid > each.due for each in simulated.invoices if each.paid is not None]
    yield "invoices paid late", float(np.mean(is_late))


def formatted(rates: dict[str, float]) -> dict[str, str]:
    """Format rates as the page shows them."""
    return {
        name: FORMATS[name].format(rate) if name in FORMATS else f"{100 * rate:.0f} %"
        for name, rate in rates.items()
    }


def fill(text: str, rates: dict[str, str]) -> str:
    """Put rates into the page's table: the second cell of each row that is named like one."""

    def row(found: re.Match[str]) -> str:
        name = found[1].strip()
        return f"| {name} | {rates[name]} |" if name in rates else found[0]

    begin, end = text.index(BEGIN), text.index(END)
    table = re.sub(r"^\| ([^|]+) \|[^|]*\|", row, text[begin:end], flags=re.MULTILINE)
    return text[:begin] + table + text[end:]


if __name__ == "__main__":
    found = formatted(count(company.simulate(WORLD)))
    sys.stdout.write("".join(f"{name}: {rate}\n" for name, rate in found.items()))
    if PAGE.exists():
        PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
