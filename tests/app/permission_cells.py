"""This file counts the cells of the permission matrix: who, in which role, asks what, of which account, and is answered how.

A list that names accounts is a cell for each of them, in it or not; a list that gives a number is one. Tests ask the
slowest of some accounts in some roles, and `just drill permissions` of all in all.
"""

from __future__ import annotations

from keepwell.app import rights
from tests.app.permission_queries import EVERYBODY, OF_ALL, OF_ONE, OF_RIGHTS
from tests.app.permissions import ROLES, STANDS
from tests.conftest import EVERYTHING

LEAST = 10_000
# Accounts that stand to the person in ways that differ most.
SAMPLE = ("own-1", "below-2", "team-1", "above-1", "other-1", "lost-1", EVERYBODY[-1])
SHOWN = EVERYBODY if EVERYTHING else SAMPLE
CHANGED = EVERYBODY if EVERYTHING else ("own-1", "team-1", "above-1", EVERYBODY[-1])
OF_PAGES = tuple(ROLES) if EVERYTHING else ("csm", "viewer", "admin")
# Queries that open files of contracts take a quarter of a second: they are asked of some accounts, by roles that differ.
SLOW = {
    "changes.changed",
    "explanations.explanation",
    "population.standings",
    "population.standings_on",
}
AS_ANOTHER = set() if EVERYTHING else {"leader", "account executive", "executive", "viewer"}
NUMBERS = {"accounts.count", "books.book", "scores.counts", "scores.bands", "scorecards.uses", "summaries.summary", "accounts.owners"}  # fmt: skip
LISTS = ("book", "portfolio", "portfolio_file", "search")  # pages
ASKING = 1 + len(ROLES)  # a stranger has no role
SLOW_ASKING = ASKING - len(AS_ANOTHER)
# How many of each the tables of the tests have: whoever adds one there counts it here.
CHANGES, DEEDS = 6, 27
PAGES_OF_ACCOUNTS, PAGES_THAT_CHANGE, OTHER_PAGES = 9, 6, 38
API_OF_ACCOUNTS, API_ROUTES = 5, 8
CELLS = {
    "queries of one account": ASKING * (len(OF_ONE) - len(SLOW)) * len(EVERYBODY),
    "slow queries of one account": SLOW_ASKING * len(SLOW) * len(SHOWN),
    "queries of all accounts": ASKING * ((len(OF_ALL) - len(NUMBERS)) * len(STANDS) + len(NUMBERS)),
    "queries of a right": ASKING * len(OF_RIGHTS),
    "changes of one account": ASKING * CHANGES * len(EVERYBODY),
    "deeds of a right": ASKING * DEEDS,
    "reading actions": SLOW_ASKING * len(SHOWN) * 2,
    "pages": len(ROLES) * OTHER_PAGES,
    "pages of one account": len(OF_PAGES) * len(SHOWN) * PAGES_OF_ACCOUNTS,
    "pages that change one account": len(ROLES) * len(CHANGED) * PAGES_THAT_CHANGE,
    "pages that list accounts": len(ROLES) * len(LISTS) * len(STANDS),
    "routes by scope": (len(rights.SCOPES) + 2) * API_ROUTES,
    "routes of one account": len(ROLES) * API_OF_ACCOUNTS * len(SHOWN),
    "routes that list accounts": len(ROLES) * len(STANDS),
}


def total() -> int:
    return sum(CELLS.values())
