"""This file counts in a simulated company what studies count in real ones, and writes it into docs/simulation.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from keepwell.simulate import company as founding
from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.world import NEVER, World
from tests.house.rooms import ROOT

PAGE = ROOT / "docs" / "simulation.md"
WORLD = World(1_000, 1, date(2026, 11, 2))
BEGIN, END = "<!-- rates -->", "<!-- /rates -->"


def yearly(company: Company, day: int) -> np.ndarray:
    """The recurring revenue of every account on a day, a year, in euro."""
    paid = np.zeros(len(company.accounts))
    for line in company.contracts.lines:
        if line.kind == "recurring" and line.start <= day < (
            line.end if line.end is not None else NEVER
        ):
            paid[line.account] += 12 * line.monthly
    return paid


def counted(company: Company) -> dict[str, float]:
    """Every rate by its name; those of segments end in the segment's name."""
    found: dict[str, float] = {}
    for nth, segment in enumerate(vendor.SEGMENTS):
        own = company.accounts.segment == nth
        found |= {f"{name}, {segment.name}": rate for name, rate in _kept(company, own)}
    found |= dict(_kept(company, np.full(len(company.accounts), True)))
    return found | dict(_used(company)) | dict(_asked(company)) | dict(_other(company))


def _kept(company: Company, who: np.ndarray) -> Iterator[tuple[str, float]]:
    """Of those who paid a year before the end: who was lost, and what of their revenue is left."""
    before, now = (yearly(company, company.world.end_day - ago) for ago in (366, 1))
    cohort = who & (before > 0)
    yield "logo churn", float((now[cohort] == 0).mean())
    yield "gross retention", float(np.minimum(before, now)[cohort].sum() / before[cohort].sum())
    yield "net retention", float(now[cohort].sum() / before[cohort].sum())


def _used(company: Company) -> Iterator[tuple[str, float]]:
    from keepwell.simulate.contracts import seats

    uses, end = pa.concat_tables(company.uses()), company.world.end_day - vendor.BROKEN_DAYS
    days, account = uses["day"].to_numpy(), uses["account"].to_numpy()
    lately = (days >= end - 28) & (days < end)
    users = np.unique(np.stack([account[lately], uses["user"].to_numpy()[lately]]), axis=1)
    active = np.bincount(users[0], minlength=len(company.accounts))
    bought = seats(company.contracts.lines, len(company.accounts), np.array([end - 1]))[:, 0]
    yield "seats in use within 28 days", float(active[bought > 0].sum() / bought.sum())
    there = sum(feature.retired_weeks_ago is None for feature in vendor.FEATURES)
    pairs = np.unique(np.stack([account[lately], uses["feature"].to_numpy()[lately]]), axis=1)
    used = np.bincount(pairs[0], minlength=len(company.accounts))
    yield "features used within 28 days", float(used[used > 0].mean() / there)


def _asked(company: Company) -> Iterator[tuple[str, float]]:
    answers = np.array([each.score for each in company.surveys if each.score is not None])
    yield "survey replies", len(answers) / len(company.surveys)
    yield "NPS", float(((answers > 8).mean() - (answers < 7).mean()) * 100)
    rated = np.array(
        [each.satisfaction for each in company.tickets if each.satisfaction is not None]
    )
    yield "tickets rated 4 or 5", float((rated > 3).mean())
    months = company.life.series("is_there").sum() / 4.345
    yield "tickets of an account a month", float(len(company.tickets) / months)
    yield "tickets escalated", float(np.mean([each.is_escalated for each in company.tickets]))
    yield (
        "hours to the first reply, median",
        float(np.median([each.reply_minutes for each in company.tickets]) / 60),
    )


def _other(company: Company) -> Iterator[tuple[str, float]]:
    own = company.accounts
    over = own.is_trial & (own.started + 30 < company.world.end_day)
    yield "trials converted", float((~own.is_doomed_trial[over]).mean())
    new = (own.started >= company.world.first_day) & (own.segment > 0)
    yield "onboardings stalled", float(own.is_stalled[new].mean())
    champions = company.life.series("has_champion").astype(bool) & company.life.series(
        "is_there"
    ).astype(bool)
    left = sum(each.what == "champion left" for each in company.life.happenings)
    yield "champions who leave a year", float(left / (champions.sum() / 52.18))
    paid = [each for each in company.invoices if each.paid is not None]
    yield (
        "invoices paid late",
        float(np.mean([each.paid > each.due for each in paid if each.paid is not None])),
    )


def written(rates: dict[str, float]) -> dict[str, str]:
    """Rates as a page writes them."""
    plain = {
        "NPS": "{:.0f}",
        "tickets of an account a month": "{:.1f}",
        "hours to the first reply, median": "{:.1f}",
    }
    return {
        name: plain[name].format(rate) if name in plain else f"{100 * rate:.0f} %"
        for name, rate in rates.items()
    }


def fill(text: str, rates: dict[str, str]) -> str:
    """Put rates into the table of the page: the second cell of each row that is named like one."""

    def row(found: re.Match[str]) -> str:
        name = found[1].strip()
        return f"| {name} | {rates[name]} |" if name in rates else found[0]

    begin, end = text.index(BEGIN), text.index(END)
    return (
        text[:begin]
        + re.sub(r"^\| ([^|]+) \|[^|]*\|", row, text[begin:end], flags=re.MULTILINE)
        + text[end:]
    )


if __name__ == "__main__":
    found = written(counted(founding.founded(WORLD)))
    sys.stdout.write("".join(f"{name}: {rate}\n" for name, rate in found.items()))
    if PAGE.exists():
        PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
