"""This file is the one table of routes: method, address, view, scopes, and what may be said; the description is made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from keepwell.app.api import accounts, company, facts
from keepwell.app.api.calls import Answer
from keepwell.app.api.said import Given
from keepwell.app.queries import touchpoints
from keepwell.app.queries.listings import ORDERS
from keepwell.app.rights import Scope

VERSION = "/api/v1"
MOST_LISTED = 200
LONGEST_WORDS = 200


@dataclass(frozen=True)
class Route:
    """One thing that can be asked or sent; `{id}` in an address is the id of an account."""

    method: Literal["GET", "POST"]
    path: str
    view: Callable[..., Answer]
    scopes: tuple[Scope, ...]
    summary: str
    parameters: Sequence[Given] = ()
    body: Sequence[Given] = ()


ID = Given("id", "id", "an id of your own for this message: sent again, it is the same fact", True)
FILTERS = (
    Given("q", "text", "words in the name, or the id", most=LONGEST_WORDS),
    Given("band", "text", "the name of a band; `-` is no score (needs the scope read scores)", most=LONGEST_WORDS),
    Given("owner", "text", "the owner's name; `-` is nobody", most=LONGEST_WORDS),
    Given("segment", "text", "the segment; `-` is none", most=LONGEST_WORDS),
    Given("decides", "number", "gives notice or renews within so many days"),
    Given("untouched", "number", "no meeting for so many days"),
    Given("revenue", "number", "at least this much a year"),
    Given("sort", "text", "what to sort by: score, or name for a token that reads no scores", choices=ORDERS),
    Given("direction", "text", "up, the smallest first, or down", choices=("up", "down")),
    Given("page", "number", "which page, from 1", most=1_000_000),
    Given("size", "number", "accounts a page", most=MOST_LISTED),
)  # fmt: skip
DATES = (
    Given("from", "day", "the earlier scores: of this day, or the latest before it"),
    Given("to", "day", "the later scores: of this day, or the latest before it"),
)
FIRST = (
    Given("owner", "text", "only accounts of this owner", most=LONGEST_WORDS),
    Given("limit", "number", "number of accounts", most=MOST_LISTED),
)
PULSE = (
    ID,
    Given("pulse", "text", "green, amber or red", True),
    Given("note", "text", "why", True),
    Given("reason", "text", "a reason code of your own, to count by"),
)
TOUCH = (
    ID,
    Given("kind", "text", "what it was", True, choices=touchpoints.KINDS),
    Given("status", "text", "whether they came", choices=touchpoints.STATUSES),
    Given("at", "moment", "when it was; now where it is left out"),
    Given("people", "texts", "ids of contacts who were there"),
    Given("executive_present", "yes or no", "whether an executive of theirs was there"),
    Given("note", "text", "what was said"),
    Given("next_step", "text", "what comes next"),
)
ROUTES = (
    Route("GET", "/accounts", accounts.listed, ("read accounts",), "List accounts, a page at a time", FILTERS),
    Route("GET", "/accounts/{id}", accounts.one, ("read accounts",), "Tell of one account"),
    Route("GET", "/accounts/{id}/score", accounts.score, ("read scores",), "Explain an account's score"),
    Route("GET", "/accounts/{id}/changed", accounts.changed, ("read scores",), "Explain what moved an account's score", DATES),
    Route("GET", "/today", company.today, ("read accounts", "read scores"), "List whom to call first today", FIRST),
    Route("GET", "/feeds", company.feeds, ("read accounts",), "Tell which feeds are late"),
    Route("POST", "/accounts/{id}/pulses", facts.pulse, ("write pulses",), "Give a pulse", body=PULSE),
    Route("POST", "/accounts/{id}/touches", facts.touch, ("write touches",), "Log a call, a meeting, a reply or a note", body=TOUCH),
)  # fmt: skip
PATTERNS = tuple(
    (re.compile(re.escape(VERSION + route.path).replace(r"\{id\}", "([^/]+)")), route)
    for route in ROUTES
)


def found(path: str) -> list[tuple[Route, str | None]]:
    """Find the routes of an address, with the account's id, which is quoted twice: whatever it has in it is one step."""
    matches = [(route, pattern.fullmatch(path)) for pattern, route in PATTERNS]
    return [
        (route, unquote(match[1]) if match.groups() else None) for route, match in matches if match
    ]


def methods(path: str) -> list[str]:
    """The methods of an address."""
    return [route.method for route, _ in found(path)]
