"""This file turns values of Python into those that JSON knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def plain(value: object) -> Any:
    """Write days and moments in ISO 8601, amounts as numbers and paths as text; what JSON knows stays as it is.

    A row is not accepted: its fields would become promised keys, in whatever order they happen to be.

    >>> plain({"on": date(2026, 11, 1), "amount": Decimal("1.50")})
    {'on': '2026-11-01', 'amount': 1.5}
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case date() | datetime():
            return value.isoformat()
        case Decimal():
            return float(value)
        case Path():
            return str(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form; list its keys")
