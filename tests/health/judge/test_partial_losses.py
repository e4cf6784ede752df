"""This file holds what an account can lose while it stays: a product, or a part of what it pays; and what is no loss at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from keepwell.health.judge import landmarks, leaving, partial_losses
from keepwell.health.judge.landmarks import Landmark, Landmarks
from keepwell.health.judge.leaving import ContractLine, Notice
from keepwell.health.judge.partial_losses import PartialLoss, Renewal

UNTIL = date(2026, 6, 1)
BEGAN = date(2024, 1, 1)
ENDS = date(2025, 6, 1)
DAY = timedelta(days=1)


def line(product: str, starts_on: date = BEGAN, ends_on: date | None = ENDS, amount: float | None = 100.0, **more: object) -> ContractLine:  # fmt: skip
    key = more.pop("id", f"{product}-{starts_on}-{ends_on}-{amount}")
    return ContractLine(key, "A", starts_on, ends_on, starts_on, product, amount, **more)  # type: ignore[arg-type]


CORE = line("Core", ends_on=None, amount=1000.0)


def found(
    *lines: ContractLine,
    said: Sequence[Renewal] = (),
    notices: Sequence[Notice] = (),
    until: date = UNTIL,
) -> tuple[PartialLoss, ...]:
    return partial_losses.find(lines, said, leaving.terms(lines, notices, until), until)


def told(*lines: ContractLine, **more: object) -> list[tuple[str, date, str, float | None]]:
    return [
        (each.kind, each.lost_on, each.product, each.revenue and round(each.revenue, 9))
        for each in found(*lines, **more)  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(
    ("lines", "losses"),
    [
        # A product whose line ended, and nothing after it.
        ([CORE, line("Plus")], [("lost product", ENDS, "Plus", 100.0)]),
        # Signed on the 60th day, and on the 61st: lost, and won back.
        ([CORE, line("Plus"), line("Plus", ENDS + 60 * DAY, None)], []),
        ([CORE, line("Plus"), line("Plus", ENDS + 61 * DAY, None)], [("lost product", ENDS, "Plus", 100.0)]),
        # Replaced by what it names, at the same price and at less, or by a product that the account did not have.
        ([CORE, line("Old", replaced_by="new"), line("New", ENDS + 5 * DAY, None, id="new")], []),
        ([CORE, line("Old", replaced_by="new"), line("New", ENDS, None, 60.0, id="new")], [("downsell", ENDS, "Old", 40.0)]),
        ([CORE, line("Old"), line("New", ENDS, None, 95.0)], []),
        ([CORE, line("Old"), line("New", ENDS, None, 60.0)], [("downsell", ENDS, "Old", 40.0)]),
        # More of a product that it had already replaces no other one.
        ([CORE, line("Plus"), line("Core", ENDS, None, 100.0)], [("lost product", ENDS, "Plus", 100.0)]),
        # Two products, one new one: it replaces the larger, and the other is lost.
        ([CORE, line("Big", amount=90.0), line("Small", amount=9.0), line("New", ENDS, None, 90.0)], [("lost product", ENDS, "Small", 9.0)]),
        # Two products in one: what named it and what it goes on with are one renewal.
        ([CORE, line("Old", replaced_by="new"), line("Plus"), line("Plus", ENDS, None, 200.0, id="new")], []),
        # Pays less by a tenth, and by a little less than that.
        ([line("Core"), line("Core", ENDS, None, 90.0)], [("downsell", ENDS, "Core", 10.0)]),
        ([line("Core"), line("Core", ENDS, None, 90.5)], []),
        # One line in two, two in one, and one that is not renewed beside one that runs on.
        ([line("Core"), line("Core", ENDS, None, 50.0), line("Core", ENDS, None, 50.0, id="other")], []),
        ([line("Core"), line("Core", amount=50.0), line("Core", ENDS, None, 150.0)], []),
        ([line("Core"), line("Core", ends_on=None, amount=50.0)], [("downsell", ENDS, "Core", 100.0)]),
        # Two lines that end a month apart, each renewed: no month has both renewals and both lines.
        ([line("Core"), line("Core", ends_on=ENDS + 30 * DAY), line("Core", ENDS, None, 100.0), line("Core", ENDS + 30 * DAY, None, 100.0)], []),
        # Signed a month early, both running meanwhile.
        ([line("Core"), line("Core", ENDS - 30 * DAY, None, 100.0)], []),
        ([line("Core"), line("Core", ENDS - 30 * DAY, None, 80.0)], [("downsell", ENDS, "Core", 20.0)]),
        # What costs nothing is nothing that was bought; what has no known amount is lost all the same.
        ([CORE, line("Starter", amount=0.0)], []),
        ([CORE, line("Plus", amount=None)], [("lost product", ENDS, "Plus", None)]),
        ([line("Core", amount=None), line("Core", ENDS, None, 1.0)], []),
        # A line that ends before it begins is a mistake.
        ([CORE, line("Plus", ENDS, ENDS - DAY)], []),
    ],
)  # fmt: skip
def test_losses_of_accounts_that_stay(
    lines: list[ContractLine], losses: list[tuple[str, date, str, float | None]]
) -> None:
    assert told(*lines) == losses
    assert told(*reversed(lines)) == losses


def test_no_rate_of_exchange_is_a_downsell() -> None:
    def of(dollars: float) -> list[tuple[str, date, str, float | None]]:
        before = line("Core", amount=100.0, given=110.0, currency="USD")
        after = line("Core", ENDS, None, 80.0, given=dollars, currency="USD")
        return told(before, after)

    in_euros = line("Core", ENDS, None, 100.0, given=100.0, currency="EUR")
    in_dollars = line("Core", amount=100.0, given=200.0, currency="USD")
    assert told(in_dollars, in_euros) == []  # as much, in another currency
    assert of(110.0) == []
    assert of(55.0) == [("downsell", ENDS, "Core", 50.0)]  # half, of what it was worth


def test_a_loss_counts_from_the_day_it_was_said() -> None:
    said = Renewal("A", "downsell", date(2025, 4, 2), ENDS, 100.0, 0.0, "too expensive")
    for lines in ([CORE, line("Plus")], [line("Core"), line("Core", ENDS, None, 70.0)]):
        (loss,) = found(*lines, said=[said])
        assert (loss.lost_on, loss.reason) == (date(2025, 4, 2), "too expensive")


@pytest.mark.parametrize(
    ("said", "losses"),
    [
        (Renewal("A", "downsell", ENDS, None, 100.0, 60.0), [("downsell", ENDS, "", 40.0)]),
        (Renewal("A", "downsell", ENDS), [("downsell", ENDS, "", None)]),
        (Renewal("A", "downsell", ENDS, None, 100.0, 95.0), []),
        (Renewal("A", "renewed", ENDS, None, 100.0, 60.0), []),
        (Renewal("A", "downsell", UNTIL), []),
    ],
)
def test_a_downsell_that_no_line_shows_is_taken_at_its_word(
    said: Renewal, losses: list[tuple[str, date, str, float | None]]
) -> None:
    assert told(CORE, said=[said]) == losses


def test_what_an_account_loses_as_it_leaves_is_no_loss_of_its_own() -> None:
    core = line("Core", ends_on=ENDS + 60 * DAY)
    assert told(core, line("Plus")) == []
    assert told(line("Core", ends_on=ENDS + 61 * DAY), line("Plus")) == [
        ("lost product", ENDS, "Plus", 100.0)
    ]
    assert told(CORE, line("Plus"), notices=[Notice("A", ENDS - DAY)]) == []
    assert told(line("Core")) == []


def test_a_product_that_ended_a_moment_ago_may_be_signed_late() -> None:
    lines = [CORE, line("Plus")]
    assert told(*lines, until=ENDS + 60 * DAY) == []
    assert len(told(*lines, until=ENDS + 61 * DAY)) == 1


def test_a_proxy_leaves_aside_whoever_left_outright() -> None:
    """They neither stayed nor lost a product: counted as stayers they would make a good score look bad."""
    on, sixty, year = date(2025, 1, 1), date(2025, 3, 2), date(2026, 1, 1)
    rows = [Landmark(name, on, left_on, None, None) for name, left_on in (("lost", None), ("left", sixty), ("later", year), ("stayed", None), ("both", sixty))]  # fmt: skip
    losses = {"lost": [date(2025, 2, 1)], "both": [date(2025, 2, 1)]}
    found = landmarks.by_list(Landmarks(tuple(rows), (on,), 0), losses, is_proxy=True)
    assert {row.account_id: row.has_left(90) for row in found.rows} == {
        "lost": True, "later": False, "stayed": False, "both": True
    }  # fmt: skip
