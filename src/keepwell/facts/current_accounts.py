"""This file writes the queries for the accounts as they are on a day, or were on many, from states, contract lines and meetings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from keepwell.health.definition.customer import LEAVING

# A line no longer counts once its replacement runs, even if its own end was never recorded.
RUNNING = """
running AS (
    SELECT days._day, line.* FROM days
    JOIN {contracts} AS line ON line."starts_on" <= days._day AND (line."ends_on" IS NULL OR line."ends_on" > days._day)
    LEFT JOIN {contracts} AS successor ON successor."id" = line."replaced_by" AND successor."starts_on" <= days._day
    WHERE coalesce(line."kind", 'recurring') = 'recurring' AND successor."id" IS NULL
)"""

# An account whose first state is later than the day is shown with that state: it is known, if only from later on.
STATES = """
states AS (
    SELECT days._day, state.* FROM days CROSS JOIN {accounts} AS state
    QUALIFY row_number() OVER (
        PARTITION BY days._day, "account_id" ORDER BY "valid_from" <= days._day DESC, abs("valid_from" - days._day)
    ) = 1
)"""

MONEY = """
money AS (
    SELECT _day, "account_id", sum("annual_amount")::DECIMAL(38,6) AS revenue, count(*) AS lines,
        count(*) FILTER ("annual_amount" IS NULL) AS unpriced
    FROM running GROUP BY _day, "account_id"
)"""

# A line is followed where the next one is signed already: it names it, or it is for the same product, begins on the day on
# which this one ends, or the day after for exports that write the last day, and is still ahead. `queries.contracts` says the same.
FOLLOWED = """
followed AS (
    SELECT DISTINCT days._day, line."id" AS "line_id", next."id" AS "next_id"
    FROM days JOIN {contracts} AS line ON line."ends_on" IS NULL OR line."ends_on" > days._day
    JOIN {contracts} AS next ON next."account_id" = line."account_id" AND next."id" <> line."id" AND next."starts_on" > days._day
    WHERE coalesce(line."kind", 'recurring') = 'recurring' AND coalesce(next."kind", 'recurring') = 'recurring' AND (
        next."id" = line."replaced_by"
        OR next."product" IS NOT DISTINCT FROM line."product" AND next."starts_on" BETWEEN line."ends_on" AND line."ends_on" + 1
            AND (next."ends_on" IS NULL OR next."ends_on" > line."ends_on" + 1)
    )
)"""

# Without renewals to say so, the renewal date is the end of the line; notice that is past is no longer next. What is signed
# already is not decided again: the line that follows is, when it ends.
DECISIONS = """
decisions AS (
    SELECT _day, "account_id", min("ends_on") AS next_renewal_on,
        min("ends_on" - "notice_days"::INTEGER) FILTER ("ends_on" - "notice_days"::INTEGER >= _day) AS next_notice_on
    FROM (
        SELECT _day, "id", "account_id", "ends_on", "notice_days" FROM running
        UNION SELECT followed._day, line."id", "account_id", "ends_on", "notice_days"
        FROM followed JOIN {contracts} AS line ON line."id" = followed."next_id"
    ) AS line ANTI JOIN followed ON followed._day = line._day AND followed."line_id" = line."id"
    GROUP BY _day, "account_id"
)"""

# Of a meeting that says nothing of who came somebody did: it was held.
TOUCHES = """
touches AS (
    SELECT _day, "account_id", max("on") AS last_touch_on FROM days JOIN {meetings} AS meeting ON meeting."on" <= days._day
    WHERE meeting."status" = 'held' AND coalesce(meeting."attendees", 1) > 0 GROUP BY _day, "account_id"
)"""

# Notice counts while its day is still to come: of a term that is over they are gone. Who signed a recurring line after it that
# runs longer has taken it back.
NOTICES = """
notices AS (
    SELECT _day, "account_id", max("noticed_on") AS notice_given_on
    FROM days JOIN {renewals} AS renewal ON renewal."noticed_on" <= days._day
    WHERE renewal."movement" = '{leaving}' AND coalesce("effective_on", "due_on", _day) >= _day AND NOT EXISTS (
        FROM {contracts} AS line WHERE line."account_id" = renewal."account_id" AND coalesce(line."kind", 'recurring') = 'recurring'
            AND line."starts_on" > renewal."noticed_on"
            AND (line."ends_on" IS NULL OR line."ends_on" > coalesce("effective_on", "due_on", _day))
    ) GROUP BY _day, "account_id"
)"""

# Rejected lines that may be recurring, and may run: what they bring is not known.
UNREAD = """
unread AS (
    SELECT days._day, line."account_id", count(*) AS lines FROM days
    JOIN {unread} AS line ON coalesce(line."first_on" <= days._day, true) AND coalesce(line."ends_on" > days._day, true)
    WHERE line."account_id" IS NOT NULL GROUP BY days._day, line."account_id"
)"""

REVENUE = """
CASE WHEN money.account_id IS NOT NULL THEN revenue
    WHEN unread.account_id IS NOT NULL THEN NULL
    WHEN states."account_id" IN (SELECT "account_id" FROM {contracts} WHERE coalesce("kind", 'recurring') = 'recurring') THEN 0
END::DECIMAL(38,6) AS revenue"""

LINES = """
coalesce(money.lines, 0) + coalesce(unread.lines, 0) AS running_lines, coalesce(money.unpriced, 0) + coalesce(unread.lines, 0) AS unpriced_lines"""


@dataclass(frozen=True)
class Relations:
    """The relations that accounts are read from: current rows of tables, and `unread`, contract lines that were rejected."""

    accounts: str
    contracts: str
    unread: str
    meetings: str = ""
    renewals: str = ""


def accounts(read: Relations, day: date) -> str:
    """Write the query for the accounts on a day: key of the state, segment, parent, start, revenue, the lines that make
    it, next notice and renewal, the day of the latest meeting that was held with them, and the day on which they gave notice.

    Revenue is the yearly amount of the recurring lines that run on that day, without one-off, services and trial lines. It
    is missing if none of their amounts is known, or none runs but one that was rejected may; 0 if no line runs any more.
    `running_lines` counts those lines and rejected ones that may run, `unpriced_lines` those of them without a known amount.
    """
    names = asdict(read) | {"leaving": LEAVING}
    chosen = (RUNNING, FOLLOWED, STATES, MONEY, UNREAD, DECISIONS, TOUCHES, NOTICES)
    parts = ", ".join(part.format(**names) for part in chosen)
    return (
        f'WITH {_days([day])}, {parts} SELECT states._key AS key, states."account_id", "segment", "parent_id", "started_on", '
        f"{REVENUE.format(**names)}, {LINES}, next_notice_on, next_renewal_on, last_touch_on, notice_given_on "
        "FROM states LEFT JOIN money USING (_day, account_id) LEFT JOIN unread USING (_day, account_id) LEFT JOIN touches USING (_day, account_id) "
        "LEFT JOIN decisions USING (_day, account_id) LEFT JOIN notices USING (_day, account_id)"
    )


def revenue_by_day(read: Relations, days: Sequence[date]) -> str:
    """Write the query for the segment and revenue of every account on each of some days."""
    names = asdict(read)
    parts = ", ".join(part.format(**names) for part in (RUNNING, STATES, MONEY, UNREAD))
    return (
        f'WITH {_days(days)}, {parts} SELECT states._day, states."account_id", "segment", {REVENUE.format(**names)} '
        "FROM states LEFT JOIN money USING (_day, account_id) LEFT JOIN unread USING (_day, account_id)"
    )


# Names that begin with _ cannot be those of a column, not even of one that a mapping added.
def _days(days: Sequence[date]) -> str:
    listed = ", ".join(f"(DATE '{day}')" for day in days)
    return f"days AS (SELECT * FROM (VALUES {listed}) AS listed(_day))"
