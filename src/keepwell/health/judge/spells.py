"""This file holds spells: the time for which something was so of an account, such as a play that was worked or a risk that was open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Spell:
    """Something that began on a day and ended before another, none while it goes on; `kind` is the play, or the cause of the risk.

    `known_on` is the day on which it was first known.
    """

    account_id: str
    begins: date
    ended: date | None
    known_on: date
    kind: str = ""
    by: str = ""

    def was_open(self, on: date) -> bool:
        """Tell whether it was known to be open on the morning of a day."""
        return max(self.begins, self.known_on) < on and (self.ended is None or self.ended >= on)

    def touches(self, first: date, end: date) -> bool:
        """Tell whether any day of it lies from a day on, and before another."""
        return self.begins < end and (self.ended is None or self.ended > first)


def by_account(spells: Iterable[Spell]) -> Mapping[str, Sequence[Spell]]:
    found: dict[str, list[Spell]] = defaultdict(list)
    for spell in spells:
        found[spell.account_id].append(spell)
    return found
