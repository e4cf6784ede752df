"""This file says what kinds of accounts there are on a date, and for which of them a card is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Days in which a renewal may be signed late: until then an account is "overdue", and not gone.
GAP_DAYS = 60
# The kind of a line whose end can end a customer; one without a kind is recurring.
RECURRING = "recurring"
TRIAL = "trial"  # the kind of a line that makes nobody a customer
LEAVING = "churn"  # the movement of a renewal by which an account leaves

Kind = Literal["customer", "trial", "former customer", "prospect"]
KINDS: tuple[Kind, ...] = ("customer", "trial", "former customer", "prospect")


@dataclass(frozen=True)
class Population:
    """The kinds of accounts that a card scores beside customers."""

    trials: bool = False
    prospects: bool = False

    def includes(self, kind: Kind) -> bool:
        """Say whether accounts of a kind are scored.

        >>> Population(trials=True).includes("trial"), Population().includes("former customer")
        (True, False)
        """
        return {
            "customer": True,
            "trial": self.trials,
            "prospect": self.prospects,
            "former customer": False,
        }[kind]

    def __str__(self) -> str:
        return next(text for text, population in POPULATIONS.items() if population == self)


CUSTOMERS = Population()
POPULATIONS = {
    "customers": CUSTOMERS,
    "customers and trials": Population(trials=True),
    "customers and prospects": Population(prospects=True),
    "customers, trials and prospects": Population(trials=True, prospects=True),
}


def read(text: str) -> Population:
    """Read whom a card is for; raises ValueError with the way out.

    >>> str(read("customers and trials"))
    'customers and trials'
    """
    found = POPULATIONS.get(" ".join(text.split()))
    if found is None:
        *others, last = (f"`{each}`" for each in POPULATIONS)
        raise ValueError(f"Use {', '.join(others)} or {last}.")
    return found
