"""This file holds what a measure can be divided by (seats, units, active users, features or fees),
and reads it from text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from keepwell.errors import did_you_mean
from keepwell.health.definition import condition, grammar, window
from keepwell.health.definition.condition import Condition
from keepwell.health.definition.field import Fields
from keepwell.health.definition.table import Table

Kind = Literal["seat", "units", "active user", "feature", "key feature", "fee"]

DAYS_A_YEAR = 365
BOUGHT: frozenset[Kind] = frozenset({"seat", "units"})
UNITS = "units where"
WAYS = (*(kind for kind in get_args(Kind) if kind != "units"), f"{UNITS} CONDITION")
# The table of each, and the columns that it needs besides those of its condition.
_FOUND: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "seat": ("contracts", ("unit", "units")),
    "units": ("contracts", ("units",)),
    "active user": ("usage", ("user",)),
    "feature": ("features", ("feature",)),
    "key feature": ("features", ("feature", "is_key")),
    "fee": ("contracts", ("annual_amount",)),
}
_UNITS = re.compile(r"units\s+where\s+(.+)", re.DOTALL)


@dataclass(frozen=True)
class Denominator:
    """What a measure is divided by.

    `where` selects the contract lines of `units`. New seats and units count once they have run for
    longer than `grace_days`.
    """

    kind: Kind
    where: Condition | None = None
    grace_days: int = 0

    @property
    def table(self) -> str:
        """The table that it is read from."""
        return _FOUND[self.kind][0]

    @property
    def needs(self) -> frozenset[str]:
        """The columns of its table that have to be filled for it to have a value."""
        return frozenset((*_FOUND[self.kind][1], *self.condition_columns))

    @property
    def condition_columns(self) -> frozenset[str]:
        """The columns that its condition reads."""
        return frozenset(condition.columns(self.where)) if self.where else frozenset()

    @property
    def times(self) -> int:
        """What it is multiplied by in storage, so that it is divided only once: fees come as yearly
        amounts times days."""
        return DAYS_A_YEAR if self.kind == "fee" else 1

    @property
    def unit(self) -> str:
        """The unit of a number divided by this, where it is not a percent."""
        return {
            "fee": "times the fee",
            "seat": "per seat",
            "active user": "per active user",
            "feature": "per feature",
            "key feature": "per key feature",
            "units": "per unit",
        }.get(self.kind, "")

    @property
    def plural(self) -> str:
        return "units" if self.kind == "units" else f"{self.kind}s"

    def __str__(self) -> str:
        return f"{UNITS} {condition.write(self.where)}" if self.where else self.kind


def read(fields: Fields, tables: Mapping[str, Table]) -> Denominator | None:
    """Read `per` and `grace`; none where nothing valid is written."""
    text = fields.text("per").strip()
    grace_days = fields.parsed("grace", window.read_days) if fields.has("grace") else None
    found = _read(fields, text, tables)
    if grace_days and (found.kind not in BOUGHT if found else not text):
        way_out = "Use it with `per: seat` or `per: units where ...`, or remove it."
        fields.fault(
            "C231",
            "grace",
            "is for new seats and units, but the measure is not divided by any",
            "",
            way_out,
        )
    return Denominator(found.kind, found.where, grace_days or 0) if found else None


def _read(fields: Fields, text: str, tables: Mapping[str, Table]) -> Denominator | None:
    if found := _UNITS.fullmatch(text):
        try:
            return Denominator("units", grammar.read(found[1], tables["contracts"]))
        except grammar.Unclear as error:
            fields.fault("C209", "per", error.what, error.got, error.way_out)
            return None
    if text and text not in WAYS:
        fields.fault("C104", "per", "unknown value", text, did_you_mean(text, WAYS))
        return None
    return Denominator(text) if text else None  # type: ignore[arg-type]  # one of those that stand alone


def is_share(per: str, take: str, column: str, table: str) -> bool:
    """Whether a number divided by this is read as a percent: users of the seats, features of all
    features, and use of the units that were bought. Uses of a seat are no part of it: 1.7, not 171 %.

    >>> is_share("seat", "distinct", "user", "usage"), is_share("seat", "count", "", "usage")
    (True, False)
    >>> is_share("seat", "distinct", "feature", "usage"), is_share("feature", "distinct", "feature", "usage")
    (False, True)
    """
    if per == "seat" or per.endswith("feature"):
        return take == "distinct" and column == ("user" if per == "seat" else "feature")
    return per.startswith(UNITS) and table in ("usage", "readings")
