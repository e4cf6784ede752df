"""This file finds contradictions about churn between accounts, renewals and contracts."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.facts.data_warnings.warning import DataWarning, Facts, examples, warn

NEAR_DAYS = 7  # between a churn decision and the end of the contract line that it explains


def find(facts: Facts) -> Iterator[DataWarning]:
    if facts.has("accounts", "contracts"):
        yield from _flagged_with_active_line(facts)
    if facts.has("accounts", "renewals"):
        yield from _flags_and_decisions(facts)
    if facts.has("contracts", "renewals"):
        yield from _decisions_without_end(facts)


def _flags(facts: Facts) -> str:
    """Name each account with its latest flag."""
    return (
        "(SELECT account_id, arg_max(is_churned, valid_from) AS is_churned "
        f"FROM {facts.views['accounts']} GROUP BY 1)"
    )


def _flagged_with_active_line(facts: Facts) -> Iterator[DataWarning]:
    counts = facts.counts(f"""
        SELECT count(active.account_id), count(*), {examples("flags.account_id", "active.account_id IS NOT NULL")}
        FROM {_flags(facts)} AS flags
        LEFT JOIN (
            SELECT DISTINCT account_id FROM {facts.views["contracts"]}
            WHERE coalesce(kind, 'recurring') = 'recurring'
                AND starts_on <= {facts.today} AND (ends_on IS NULL OR ends_on > {facts.today})
        ) AS active USING (account_id)
        WHERE is_churned
    """)
    what = "accounts flagged as churned still have an active contract line"
    yield from warn("churned_but_running", "accounts", counts, what)


def _flags_and_decisions(facts: Facts) -> Iterator[DataWarning]:
    """Compare flags with decisions both ways, if the source has flags at all."""
    # Who leaves today or later is still a customer, and rightly not flagged.
    ahead = f'coalesce(effective_on, "on") >= {facts.today}'
    rows = facts.con.execute(f"""
        SELECT is_churned, count(*), count(decided.account_id),
            {examples("flags.account_id", "decided.account_id IS NULL")},
            {examples("flags.account_id", "decided.account_id IS NOT NULL")}
        FROM {_flags(facts)} AS flags
        LEFT JOIN (
            SELECT DISTINCT account_id FROM {facts.views["renewals"]} WHERE movement = 'churn' AND NOT {ahead}
        ) AS decided USING (account_id)
        WHERE is_churned IS NOT NULL GROUP BY 1 ORDER BY 1
    """).fetchall()
    for is_churned, accounts, decided, without, having in rows:
        if is_churned:
            what = f"accounts flagged as churned have no churn in `renewals`; {decided:,} have one"
            counts = (accounts - decided, accounts, without or ())
            yield from warn("churned_without_decision", "accounts", counts, what)
        else:
            what = "accounts not flagged as churned have a churn in `renewals`"
            counts = (decided, accounts, having or ())
            yield from warn("decision_without_churned", "accounts", counts, what)


def _decisions_without_end(facts: Facts) -> Iterator[DataWarning]:
    # Billing systems end a line a few days before or after the day that was agreed.
    near = f"abs(line.ends_on - decision.day) <= {NEAR_DAYS}"
    count, of, keys = facts.counts(f"""
        SELECT count(*) FILTER (NOT is_near), count(*), {examples("id", "NOT is_near")} FROM (
            SELECT decision.id, coalesce(bool_or({near}), false) AS is_near
            FROM (
                SELECT id, account_id, coalesce(effective_on, "on") AS day
                FROM {facts.views["renewals"]} WHERE movement = 'churn'
            ) AS decision
            LEFT JOIN {facts.views["contracts"]} AS line
                ON line.account_id = decision.account_id AND line.ends_on IS NOT NULL
            GROUP BY ALL
        )
    """)
    what = f"churn decisions have no contract line that ends within {NEAR_DAYS} days; {of - count:,} have one"
    yield from warn("decision_without_end", "renewals", (count, of, keys), what)
