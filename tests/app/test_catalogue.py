"""This file holds what a workspace is said to lack of what a metric needs: tables, columns, words."""

from __future__ import annotations

from datetime import date

import pytest

from keepwell.app.actions import loads
from keepwell.app.installation import Installation
from keepwell.app.queries import catalogue as existing
from keepwell.facts.schema import TABLES
from keepwell.health import catalogue
from keepwell.health.catalogue import Need
from keepwell.health.catalogue.available import missing_needs
from tests.cast import ANA, NOON, VIEWER, Import, account, line, use


def lacks(installation: Installation, name: str) -> tuple[Need, ...]:
    metric = catalogue.find(TABLES, name)
    return missing_needs(metric, existing.filled(VIEWER, installation, metric.needs))


def load(installation: Installation, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def test_an_empty_workspace_lacks_every_table(installation: Installation) -> None:
    assert lacks(installation, "seats_in_use") == (Need("usage", ()), Need("contracts", ()))


@pytest.mark.both_databases
def test_a_column_that_nobody_fills_is_lacking_until_one_row_fills_it(
    installation: Installation,
) -> None:
    load(
        installation,
        Import()
        .rows("accounts", account("A-1"))
        .rows("usage", use("u1", user=None))
        .rows("contracts", line("L-1")),
    )
    assert lacks(installation, "seats_in_use") == (
        Need("usage", ("user",)),
        Need("contracts", ("unit", "units")),
    )
    load(installation, Import(feed="billing").rows("contracts", line("L-2", units=5, unit="seat")))
    load(installation, Import(feed="product").rows("usage", use("u2")))
    assert lacks(installation, "seats_in_use") == ()


def test_what_a_column_points_to_is_needed_as_well(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1")).rows("usage", use("u1")))
    assert lacks(installation, "key_features_used") == (Need("features", ()),)
    feature = {"feature": "export", "valid_from": date(2026, 1, 1)}
    load(installation, Import(feed="list").rows("features", feature))
    assert lacks(installation, "key_features_used") == (Need("features", ("is_key",)),)


def test_a_word_that_stands_nowhere_is_lacking(installation: Installation) -> None:
    def step(id: str, milestone: str) -> dict[str, object]:
        day = date(2026, 1, 5)
        return {
            "id": id,
            "account_id": "A-1",
            "milestone": milestone,
            "due_on": day,
            "reached_on": day,
        }

    load(
        installation,
        Import().rows("accounts", account("A-1")).rows("milestones", step("m1", "launched")),
    )
    assert lacks(installation, "gone_live") == (
        Need("milestones", (), {"milestone": ("go live",)}),
    )
    assert lacks(installation, "milestones_reached") == ()
    load(installation, Import(feed="plan").rows("milestones", step("m2", "go live")))
    assert lacks(installation, "gone_live") == ()
