"""This file says what an account is that has no score: gone, on trial, or a prospect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from keepwell.health.definition.customer import Kind

PLURAL: Mapping[Kind, str] = {
    "customer": "customers",
    "trial": "trials",
    "former customer": "former customers",
    "prospect": "prospects",
}


def standing(kind: Kind, ended: date | None) -> str:
    """Say what an account is, and why.

    >>> standing("former customer", date(2026, 3, 31))
    'a former customer: its last recurring line ended on 2026-03-31'
    """
    match kind:
        case "former customer":
            return f"a former customer: its last recurring line ended on {ended}"
        case "trial" if ended:
            return f"a trial: only a trial line runs, and its last recurring line ended on {ended}"
        case "trial":
            return "a trial: only a trial line runs"
        case "prospect":
            return "a prospect: it has had no recurring line"
        case "customer" if ended:
            return f"a customer whose last recurring line ended on {ended}"
        case "customer":
            return "a customer"


def left_out(counted: Mapping[Kind, int]) -> str:
    """Say how many accounts were left out, by what they are.

    >>> left_out({"former customer": 1_200, "prospect": 1})
    '1,200 former customers, 1 prospect'
    """
    return ", ".join(
        f"{count:,} {kind if count == 1 else PLURAL[kind]}" for kind, count in counted.items()
    )
