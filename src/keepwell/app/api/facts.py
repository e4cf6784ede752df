"""This file takes in the facts that programs send: pulses and touches, each known by the id of its message."""

from __future__ import annotations

from keepwell.app import actions, queries, representations
from keepwell.app.api.calls import Answer, Call

NEW, KNOWN = 201, 200


def pulse(call: Call, account_id: str) -> Answer:
    """Record a pulse; the same message again is the same pulse."""
    said = call.said
    before = queries.pulses.by_id(call.viewer, said["id"])
    row = actions.pulses.give(
        installation=call.here, account_id=account_id, pulse=said["pulse"], note=said["note"], reason=said.get("reason", ""),
        id=said["id"], by=call.actor, at=call.at,
    )  # fmt: skip
    return Answer(representations.pulses.pulse(row), KNOWN if before else NEW)


def touch(call: Call, account_id: str) -> Answer:
    """Record a touch; the same message again is the same touch."""
    said = call.said
    before = queries.touchpoints.by_id(call.viewer, said["id"])
    row = actions.touchpoints.log(
        installation=call.here, account_id=account_id, kind=said["kind"], status=said.get("status", "held"),
        happened_at=said.get("at"), people=said.get("people", ()), is_executive_present=said.get("executive_present", False),
        note=said.get("note", ""), next_step=said.get("next_step", ""), id=said["id"], by=call.actor, at=call.at,
    )  # fmt: skip
    return Answer(representations.touchpoints.touch(row), KNOWN if before else NEW)
