"""This file says what an account is on a date, line by line: a customer, on trial, gone, or a prospect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.health.definition.customer import Kind, Population
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle import feeds
from keepwell.health.engines.oracle.operands import Row

GAP_DAYS = 60  # within which a renewal may be signed late


@dataclass(frozen=True)
class Papers:
    """The contract lines and renewals of some accounts."""

    lines: Sequence[Row] = ()
    renewals: Sequence[Row] = ()


def lines(rows: Mapping[str, Sequence[Row]], rejected: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Give all contract lines, and those that were rejected of accounts that could be read: each may be a recurring one."""
    unread = [
        {
            "account_id": row["account_id"],
            "feed": row["feed"],
            "on": row["first_on"] or date.min,
            "ends_on": row["ends_on"],
        }
        for row in rejected.get("contracts", ())
        if row["account_id"] is not None
    ]
    return [*rows.get("contracts", ()), *unread]


def is_scored(population: Population, kind: Kind) -> bool:
    """Say whether a card for a population scores accounts of a kind."""
    if kind == "trial":
        return population.trials
    return kind == "customer" or (kind == "prospect" and population.prospects)


def kind(own: Papers, above: Papers, until: date, is_covered: bool) -> Kind:
    """Say what an account is by what is known up to a day: `own` are its papers and those of all accounts below it, `above`
    those of the accounts above it. These count where it has no recurring line of its own.

    `is_covered` says whether a feed that brings everybody's lines would have brought the account's.
    """
    lines = counting(own, above, until).lines
    recurring = [line for line in lines if _is_recurring(line)]
    trials = [line for line in lines if line.get("kind") == "trial"]
    is_gone = is_former(recurring, counting(own, above, until).renewals, until)
    if recurring and not is_gone:
        return "customer"
    if any(line.get("ends_on") is None or line["ends_on"] >= until for line in trials):
        return "trial"
    if is_gone:
        return "former customer"
    return "prospect" if is_covered or trials else "customer"


def counting(own: Papers, above: Papers, until: date) -> Papers:
    """Give the papers that count for an account, the lines as far as they are known."""
    known, known_above = (
        [line for line in papers.lines if line["on"] < until] for papers in (own, above)
    )
    if any(_is_recurring(line) for line in known):
        return Papers(known, own.renewals)
    return Papers([*known, *known_above], [*own.renewals, *above.renewals])


def ended(own: Papers, above: Papers, until: date) -> date | None:
    """Give the last day of the last recurring line, where that has ended."""
    ends = [
        line.get("ends_on") for line in counting(own, above, until).lines if _is_recurring(line)
    ]
    days: list[date] = [day for day in ends if day is not None]
    if not days or len(days) < len(ends) or max(days) >= until:
        return None
    return max(days) - timedelta(days=1)


def is_former(lines: Sequence[Row], renewals: Sequence[Row], as_of: date) -> bool:
    """Say whether an account is gone: `lines` and `renewals` are those that count for it.

    Without any recurring line nobody can say so. While one runs, or within the days in which a renewal may be late, it is a
    customer; unless it had said that it leaves.
    """
    recurring = [line for line in lines if line["on"] < as_of and _is_recurring(line)]
    if not recurring or any(line.get("ends_on") is None for line in recurring):
        return False
    last_end = max(line["ends_on"] for line in recurring)
    if last_end >= as_of:
        return False
    if as_of > last_end + timedelta(days=GAP_DAYS):
        return True
    return any(_leaves(row, last_end, as_of) for row in renewals)


def is_running(lines: Sequence[Row], as_of: date) -> bool:
    """Say whether any recurring line of these runs on a date."""
    return any(
        line["on"] < as_of and (line.get("ends_on") is None or line["ends_on"] >= as_of)
        for line in lines
        if _is_recurring(line)
    )


def is_contracted(lines: Sequence[Row], as_of: date) -> bool:
    """Say whether any recurring line of these has ever begun."""
    return any(line["on"] < as_of and line.get("kind") in (None, "recurring") for line in lines)


def known_until(feeds_: Sequence[Feed], tables: Mapping[str, Table], as_of: date) -> date:
    """Give the date up to which contracts are known: while a feed of theirs is late nobody can be said to have left since."""
    until = [
        feeds.read_until(feed, tables["contracts"], as_of)
        for feed in feeds_
        if "contracts" in feed.tables and "contracts" in tables
    ]
    return min((day for day in until if day), default=as_of)


def covers_all(
    feeds_: Sequence[Feed],
    tables: Mapping[str, Table],
    lines: Sequence[Row],
    as_of: date,
    until: date,
) -> bool:
    """Say whether a feed has everybody's recurring lines, since before the day up to which contracts are known; `lines` are
    those of all accounts. One that has never brought any may have none to bring."""
    for feed in feeds_:
        if "contracts" not in feed.tables or feed.covers != "all":
            continue
        if feed.since is None or feed.since >= until:
            continue
        if feeds.read_until(feed, tables["contracts"], as_of) is None:
            continue
        if any(
            line["feed"] == feed.name and _is_recurring(line) and line["on"] < until
            for line in lines
        ):
            return True
    return False


def _is_recurring(line: Row) -> bool:
    return line.get("kind") in (None, "recurring")


def _leaves(row: Row, last_end: date, as_of: date) -> bool:
    """Say whether a renewal is the word, known before a date, that they leave when their last line ends or later."""
    if row.get("movement") != "churn":
        return False
    said = [day for day in (row.get("noticed_on"), row.get("decided_on")) if day is not None]
    if not said or min(said) >= as_of:
        return False
    takes_effect = row.get("effective_on") or row.get("due_on")
    return takes_effect is None or takes_effect >= last_end
