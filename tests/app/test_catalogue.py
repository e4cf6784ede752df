"""This file holds what a workspace is said to lack of what a metric needs: tables, columns, words."""

from __future__ import annotations

from datetime import date

from keepwell.app.actions import loads
from keepwell.app.queries import catalogue as existing
from keepwell.app.workspace import Workspace
from keepwell.facts.schema import TABLES
from keepwell.health import catalogue
from keepwell.health.catalogue import Need
from tests.cast import ANA, NOON, Import, account, line, use


def lacks(workspace: Workspace, name: str) -> tuple[Need, ...]:
    metric = catalogue.named(TABLES, name)
    return existing.lacks(metric, existing.filled(workspace, metric.needs))


def load(workspace: Workspace, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, workspace=workspace, by=ANA, at=NOON)


def test_an_empty_workspace_lacks_every_table(workspace: Workspace) -> None:
    assert lacks(workspace, "seats_in_use") == (Need("usage", ()), Need("contracts", ()))


def test_a_column_that_nobody_fills_is_lacking_until_one_row_fills_it(workspace: Workspace) -> None:
    load(
        workspace,
        Import()
        .rows("accounts", account("A-1"))
        .rows("usage", use("u1", user=None))
        .rows("contracts", line("L-1")),
    )
    assert lacks(workspace, "seats_in_use") == (
        Need("usage", ("user",)),
        Need("contracts", ("unit", "units")),
    )
    load(workspace, Import(feed="billing").rows("contracts", line("L-2", units=5, unit="seat")))
    load(workspace, Import(feed="product").rows("usage", use("u2")))
    assert lacks(workspace, "seats_in_use") == ()


def test_what_a_column_points_to_is_needed_as_well(workspace: Workspace) -> None:
    load(workspace, Import().rows("accounts", account("A-1")).rows("usage", use("u1")))
    assert lacks(workspace, "key_features_used") == (Need("features", ()),)
    feature = {"feature": "export", "valid_from": date(2026, 1, 1)}
    load(workspace, Import(feed="list").rows("features", feature))
    assert lacks(workspace, "key_features_used") == (Need("features", ("is_key",)),)


def test_a_word_that_stands_nowhere_is_lacking(workspace: Workspace) -> None:
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
        workspace,
        Import().rows("accounts", account("A-1")).rows("milestones", step("m1", "launched")),
    )
    assert lacks(workspace, "gone_live") == (Need("milestones", (), {"milestone": ("go live",)}),)
    assert lacks(workspace, "milestones_reached") == ()
    load(workspace, Import(feed="plan").rows("milestones", step("m2", "go live")))
    assert lacks(workspace, "gone_live") == ()
