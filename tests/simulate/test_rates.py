"""This file tests that the rates in docs/simulation.md are the simulated ones, and believable."""

from __future__ import annotations

import pytest

from keepwell.simulate import company
from tests.simulate import rates

# Outside of these nobody would believe the company; docs/simulation.md has the sources.
BELIEVABLE = {
    "logo churn, small": (0.15, 0.58),
    "logo churn, mid-market": (0.08, 0.24),
    "logo churn, enterprise": (0.02, 0.15),
    "gross retention": (0.80, 0.96),
    "net retention": (0.88, 1.15),
    "seats in use within 28 days": (0.40, 0.75),
    "survey replies": (0.12, 0.40),
    "NPS": (20, 50),
    "tickets rated 4 or 5": (0.7, 0.92),
    "tickets escalated": (0.02, 0.12),
    "tickets per account and month": (0.3, 2.5),
    "invoices paid late": (0.15, 0.6),
    "champions lost in a year": (0.1, 0.35),
}


@pytest.fixture(scope="module")
def counted() -> dict[str, float]:
    return rates.count(company.simulate(rates.WORLD))


def test_the_page_shows_the_simulated_rates(counted: dict[str, float]) -> None:
    text = rates.PAGE.read_text(encoding="utf-8")
    assert rates.fill(text, rates.formatted(counted)) == text, (
        "write it again: python -m tests.simulate.rates"
    )


def test_every_rate_is_believable(counted: dict[str, float]) -> None:
    outside = {
        name: counted[name]
        for name, (least, most) in BELIEVABLE.items()
        if not least <= counted[name] <= most
    }
    assert outside == {}
