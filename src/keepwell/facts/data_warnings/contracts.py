"""This file finds contract lines that cannot be right: negative units, an end before the start, overlaps."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.facts.data_warnings.warning import DataWarning, Facts, examples, warn


def find(facts: Facts) -> Iterator[DataWarning]:
    if not facts.has("contracts"):
        return
    view = facts.views["contracts"]
    for code, wrong, what in (
        ("negative_units", "units < 0", "contract lines have negative units"),
        (
            "ends_before_it_starts",
            "ends_on <= starts_on",
            "contract lines end on or before their start date",
        ),
    ):
        query = f"SELECT count(*) FILTER ({wrong}), count(*), {examples('id', wrong)} FROM {view}"
        yield from warn(code, "contracts", facts.counts(query), what)
    # Lines that count different units (seats and calls) of one product run side by side.
    overlaps = "starts_on < latest_end"
    counts = facts.counts(f"""
        SELECT count(*) FILTER ({overlaps}), count(*), {examples("id", overlaps)} FROM (
            SELECT *, max(coalesce(ends_on, DATE '9999-12-31')) OVER (
                PARTITION BY account_id, product, coalesce(unit, 'seat') ORDER BY starts_on, id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS latest_end
            FROM {view}
            WHERE coalesce(kind, 'recurring') = 'recurring' AND replaced_by IS NULL AND product IS NOT NULL
        )
    """)
    what = "recurring contract lines overlap an earlier line of the same account and product"
    yield from warn("overlapping_lines", "contracts", counts, what)
    # A renewal begins on the day on which the line before it ends, where that is the day after its last.
    inclusive = "ends_on + 1 = next_start"
    counts = facts.counts(f"""
        SELECT count(*) FILTER ({inclusive}), count(*), {examples("id", inclusive)} FROM (
            SELECT *, lead(starts_on) OVER (PARTITION BY account_id, product, coalesce(unit, 'seat') ORDER BY starts_on, id) AS next_start
            FROM {view}
            WHERE coalesce(kind, 'recurring') = 'recurring' AND replaced_by IS NULL
        )
    """)
    what = "contract lines end a day before the next one begins: is `ends_on` the last day? (`plus: 1 day`)"
    yield from warn("ends_on_the_last_day", "contracts", counts, what)
