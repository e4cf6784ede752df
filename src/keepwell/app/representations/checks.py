"""This file gives the shape of a check: every fault and piece of advice, the golden rules, and the data it looked at."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations import errors
from keepwell.app.representations.values import Json, plain
from keepwell.health.checks import codes

if TYPE_CHECKING:
    from keepwell.health.definition.document import Document

PAGE = "docs/checks.md"


def check(file: Path, document: Document, as_of: date | None, accounts: int) -> Json:
    """Show what a check found in a card; `as_of` is the date of the data that it looked at, if any."""
    definition, faults = document.definition, document.faults
    hold = codes.rules_that_hold(faults)
    return {
        "file": str(file),
        "is_ok": definition is not None,
        "faults": [{**errors.fault(fault), "about": codes.about(fault)} for fault in faults],
        "golden_rules": {rule: rule in hold for rule in codes.RULES} if definition else None,
        "mistakes": list(codes.mistakes_made(faults)),
        "shadows": list(definition.shadows) if definition else [],
        "as_of": plain(as_of),
        "accounts": accounts,
        "page": PAGE,
    }
