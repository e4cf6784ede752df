"""This file writes the query for the accounts as they are on a day, from their states and contract lines."""

from __future__ import annotations

from datetime import date

# A line no longer counts once its replacement runs, even if its own end was never recorded.
RUNNING = """
running AS (
    SELECT line.* FROM {contracts} AS line
    LEFT JOIN {contracts} AS successor ON successor."id" = line."replaced_by" AND successor."starts_on" <= {day}
    WHERE coalesce(line."kind", 'recurring') = 'recurring' AND successor."id" IS NULL
      AND line."starts_on" <= {day} AND (line."ends_on" IS NULL OR line."ends_on" > {day})
)"""

# An account whose first state is later than the day is shown with that state: it is known, if only from later on.
STATES = """
states AS (
    SELECT * FROM {accounts}
    QUALIFY row_number() OVER (
        PARTITION BY "account_id" ORDER BY "valid_from" <= {day} DESC, abs("valid_from" - {day})
    ) = 1
)"""

# Without renewals to say so, the renewal date is the end of the line; notice that is past is no longer next.
MONEY = """
money AS (
    SELECT "account_id", sum("annual_amount")::DECIMAL(38,6) AS revenue, min("ends_on") AS next_renewal_on,
        min("ends_on" - "notice_days"::INTEGER) FILTER ("ends_on" - "notice_days"::INTEGER >= {day}) AS next_notice_on
    FROM running GROUP BY "account_id"
)"""


def accounts(states: str, contracts: str, day: date) -> str:
    """Write the query for the accounts on a day: key of the state, segment, parent, start, revenue, next notice and renewal.

    Revenue is the yearly amount of the recurring lines that run on that day, without one-off, services and trial lines. It
    is missing if none of their amounts is known, and 0 if no line runs any more.
    """
    names = {"accounts": states, "contracts": contracts, "day": f"DATE '{day}'"}
    return (
        f"WITH {RUNNING.format(**names)}, {STATES.format(**names)}, {MONEY.format(**names)} "
        'SELECT states._key AS key, states."account_id", "segment", "parent_id", "started_on", '
        "CASE WHEN money.account_id IS NOT NULL THEN revenue "
        f'WHEN states."account_id" IN (SELECT "account_id" FROM {contracts}) THEN 0 END::DECIMAL(38,6) AS revenue, '
        "next_notice_on, next_renewal_on FROM states LEFT JOIN money USING (account_id)"
    )
