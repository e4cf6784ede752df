"""This file gives the shape of a check: every fault and piece of advice, the golden rules, and the data it looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations import errors
from keepwell.app.representations.values import Json, plain
from keepwell.health.checks import codes

if TYPE_CHECKING:
    from keepwell.app.actions.checks import Checked

PAGE = "docs/checks.md"


def check(file: Path, checked: Checked, *, is_strict: bool = False) -> Json:
    """Show what a check found in a card, and on what data it was tried, if any."""
    definition, faults = checked.document.definition, checked.document.faults
    first = codes.first_to_mend(faults, is_strict=is_strict)
    hold = codes.rules_that_hold(faults)
    return {
        "file": str(file),
        "is_ok": definition is not None,
        "faults": [{**errors.fault(fault), "about": codes.about(fault)} for fault in faults],
        "golden_rules": {rule: rule in hold for rule in codes.RULES} if definition else None,
        "mend_first": first.code if first else None,
        "mistakes": list(codes.mistakes_made(faults)),
        "shadows": list(definition.shadows) if definition else [],
        "as_of": plain(checked.as_of),
        "accounts": checked.accounts,
        "left_out": checked.left_out,
        "page": PAGE,
    }
