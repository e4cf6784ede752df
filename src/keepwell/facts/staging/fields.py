"""This file writes, for every field of a source, the SQL of its text, of its typed value and of its checks."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.mapping.field_rules import EPOCHS
from keepwell.facts.mapping.mapping import Cleaning, Rule
from keepwell.facts.staging import types, written_numbers
from keepwell.facts.staging.binding import BoundFile
from keepwell.facts.staging.cleaning import cleaned, first, joined
from keepwell.facts.staging.types import Clock
from keepwell.health.definition.table import Column

MAX_CASES = 50  # of a value map: as many are faster to compare one by one than to join
MAX_SHOWN = 50  # of the values that a report says were expected
TOO_LARGE = "a number below 1,000,000,000,000"
EXPECTED = {
    "date": "a date such as 2026-01-31, or in the mapping's format",
    "moment": "a date and time such as 2026-01-31 14:05, or in the mapping's format",
    "quantity": "a number",
    "money": "an amount",
    "flag": "yes or no",
    "text": "a text",
}
REASONS = {
    "date": "not_a_date",
    "moment": "not_a_date",
    "quantity": "not_a_number",
    "money": "not_a_number",
    "flag": "not_a_flag",
}


@dataclass(frozen=True)
class Check:
    """One fault that a row can have: if the SQL `wrong` is true, the row is rejected and `found` is shown."""

    field: str
    reason: str
    expected: str
    wrong: str
    found: str = "NULL"


class Field:
    """The SQL of one field, in layers: `raw` over source columns and lookups, `shared` and `typed` over raw, `checks` over all."""

    def __init__(
        self, bound: BoundFile, column: Column, rule: Rule, place: int, clock: Clock
    ) -> None:
        self.bound, self.column, self.rule, self.clock = bound, column, rule, clock
        self.raw_name, self.name = f"r{place}", f"t{place}"
        self.bare, self.naive, self.zoned = f"b{place}", f"n{place}", f"z{place}"
        # The joined lookup; `l1t` is the value that it gives, `l1n` how many different ones there are.
        self.join = f"l{place}"
        # The joined value map; `v1k` is the value that it knows, NULL if it does not.
        self.values = f"v{place}"

    def source(self, name: str) -> str:
        """The SQL alias of a source column in the first layer."""
        return quoted(f"s:{name}")

    @property
    def key(self) -> str:
        """The source value as it is in the file, to show it in reports."""
        return self.source(self.rule.column) if self.rule.column else self.raw_name

    def source_type(self) -> str:
        made = self.bound.source.unpivot
        is_made = made and self.rule.column in (made.name, made.value)
        return (
            "VARCHAR"
            if is_made or not self.rule.column
            else self.bound.opened.type(self.rule.column)
        )

    @property
    def is_read_as_text(self) -> bool:
        """Whether an operation needs the text of a value that the file has typed."""
        rule = self.rule
        is_formatted = (
            bool(rule.dates)
            and rule.dates[0] not in EPOCHS
            and not self.source_type().startswith(("DATE", "TIMESTAMP"))
        )
        return bool(rule.values) or is_formatted or rule.cleaning != Cleaning()

    @property
    def type(self) -> str:
        """The DuckDB type of the raw value."""
        is_text = self.is_read_as_text or self.rule.lookup or not self.rule.column
        return "VARCHAR" if is_text else self.source_type()

    def raw(self) -> str:
        rule = self.rule
        if rule.constant is not None:
            return f"CAST({literal(rule.constant)} AS VARCHAR)"
        if rule.make:
            # `concat` treats an empty cell as an empty text; the separators keep neighbours apart.
            return made_id(f"concat({', chr(31), '.join(self.source(name) for name in rule.make)})")
        value = self.untranslated()
        value = self.translated(value) if rule.values else value
        if self.is_written_number:
            nothing = ", ".join(map(literal, written_numbers.NOTHING))
            value = f"CASE WHEN {value} NOT IN ({nothing}) THEN {value} END"
        return value

    @property
    def is_written_number(self) -> bool:
        """Whether it is a number that somebody may have written as people do."""
        return self.column.type in ("quantity", "money") and self.type == "VARCHAR"

    def joined(self) -> dict[str, str]:
        """What the joined tables say about a row."""
        found = {f"{self.values}k": f"{self.values}.key"} if self.has_value_table else {}
        if self.rule.lookup:
            found |= {f"{self.join}t": f"{self.join}.take", f"{self.join}n": f"{self.join}.n"}
        return found

    def joins(self) -> str:
        """Write the joins with a lookup and with a value map; the map translates what the lookup gave."""
        rule, joins = self.rule, ""
        if rule.lookup:
            joins += f" LEFT JOIN {lookup_name(rule)} AS {self.join} ON {self.join}.key = {self.looked_up()}"
        if self.has_value_table:
            key = f"lower({self.untranslated()})"
            joins += f" LEFT JOIN {values_name(rule)} AS {self.values} ON {self.values}.key = {key}"
        return joins

    @property
    def has_value_table(self) -> bool:
        # Beyond some dozens, each row would be compared with each of the values, and DuckDB would plan them all, one by one.
        return len(self.rule.values) > MAX_CASES

    def untranslated(self) -> str:
        if self.rule.lookup:
            return f"{self.join}.take"
        if self.rule.column and not self.is_read_as_text:
            return self.source(self.rule.column)
        return self.looked_up()

    def looked_up(self) -> str:
        """The text of the source value once it is cleaned: what a lookup looks for."""
        text, cleaning = self.given(), self.rule.cleaning
        return text if cleaning == Cleaning() else cleaned(text, cleaning)

    def given(self) -> str:
        """The text of the source value as the file has it: of one column, of the first that is filled, or of several joined."""
        rule, opened = self.rule, self.bound.opened
        if rule.column:
            return types.as_text(self.source(rule.column), self.source_type())
        texts = [types.as_text(self.source(name), opened.type(name)) for name in rule.reads]
        return joined(texts, rule.between) if rule.join else first(texts)

    def translated(self, text: str) -> str:
        def result(value: str | None) -> str:
            return "NULL" if value is None else literal(value)

        rule = self.rule
        fallback = {"keep": text, "value": literal(rule.otherwise_value)}.get(
            rule.otherwise, "NULL"
        )
        if self.has_value_table:
            name = self.values
            mapped = f"CASE WHEN {name}.key IS NULL THEN {fallback} ELSE {name}.becomes END"
        else:
            cases = " ".join(
                f"WHEN {literal(key)} THEN {result(value)}" for key, value in rule.values if key
            )
            mapped = f"CASE lower({text}) {cases} ELSE {fallback} END" if cases else fallback
        # An empty cell is NULL, which no WHEN would match.
        empty = dict(rule.values).get("")
        return f"CASE WHEN {text} IS NULL THEN {result(empty)} ELSE {mapped} END"

    def shared(self) -> dict[str, str]:
        """What is needed more than once about the raw value: a column of its own, or DuckDB would compute it each time."""
        is_text = self.column.type == "moment" and self.type == "VARCHAR"
        return {self.bare: types.is_bare(self.raw_name)} if is_text else {}

    def typed(self) -> dict[str, str]:
        """The columns of the third layer; a moment keeps its two parts until its day is computed."""
        raw, opened = self.raw_name, self.bound.opened
        match self.column.type:
            case "text":
                return {
                    self.name: types.choice(self.text(), self.column.choices)
                    if self.column.choices
                    else self.text()
                }
            case "quantity" | "money":
                return {
                    self.name: types.number(raw, self.type, self.rule, self.bound.source.format)
                }
            case "flag":
                return {self.name: types.flag(raw, self.type)}
            case "date":
                return {
                    self.name: types.day(
                        raw, self.type, self.rule, self.clock, opened.has_iso_dates
                    )
                }
        naive, zoned = types.moments(
            raw, self.type, self.rule, self.clock, opened.has_iso_dates, self.bare
        )
        return {self.naive: naive, self.zoned: zoned}

    def text(self) -> str:
        return types.as_text(self.raw_name, self.type)

    def finished(self) -> str:
        """The value in the fourth layer."""
        return (
            types.moment(self.naive, self.zoned, self.clock)
            if self.column.type == "moment"
            else self.name
        )

    def day(self) -> str:
        """The local day in the fifth layer, in which moments are UTC."""
        return (
            types.local_day(self.naive, self.name, self.clock)
            if self.column.type == "moment"
            else self.name
        )

    def checks(self, is_needed: bool) -> list[Check]:
        """List the faults that a value can have, the most basic first."""
        if self.rule.constant is not None:
            return []  # the mapping's own value was checked when the mapping was read
        name, found = self.column.name, f"CAST({self.key} AS VARCHAR)"
        checks = list(self.operation_checks(name, found))
        if is_needed:
            # What was there and is gone once it is cleaned is shown.
            was = "NULL" if self.rule.cleaning == Cleaning() else found
            missing = f"{self.raw_name} IS NULL"
            checks.append(Check(name, "missing_required", self.column.meaning, missing, was))
        if self.column.type == "text" and not self.column.choices:
            checks += self.text_checks(name)
        if self.column.choices:
            expected = "one of " + ", ".join(self.column.choices)
            checks.append(
                Check(
                    name,
                    "unknown_choice",
                    expected,
                    f"{self.raw_name} IS NOT NULL AND {self.name} IS NULL",
                    found,
                )
            )
        elif reason := REASONS.get(self.column.type):
            wrong = f"{self.raw_name} IS NOT NULL AND {self.name} IS NULL"
            # A number that does not fit the column is told apart from what is no number, by reading it as a double.
            if reason == "not_a_number":
                if self.column.type == "money" and self.is_written_number:
                    code = f"c{self.name}"
                    checks.append(Check(name, "other_currency", "an amount in the currency of its row", written_numbers.other_currency(self.raw_name, code), found))  # fmt: skip
                plain = types.plain_number(
                    self.raw_name, self.type, self.rule, self.bound.source.format
                )
                size = f"abs(TRY_CAST({plain} AS DOUBLE)) BETWEEN 0 AND 1e300"
                checks.append(
                    Check(
                        name,
                        "too_large",
                        TOO_LARGE,
                        f"{wrong} AND {size}",
                        found,
                    )
                )
            checks.append(Check(name, reason, EXPECTED[self.column.type], wrong, found))
        least, most = self.column.least, self.column.most
        if least is not None and most is not None:
            outside = f"{self.name} NOT BETWEEN {least} AND {most}"
            checks.append(
                Check(name, "out_of_range", f"a number from {least:,} to {most:,}", outside, found)
            )
        return checks

    def text_checks(self, name: str) -> list[Check]:
        """List the faults that a text can have: one database would keep what another cannot."""
        most = self.column.most_characters
        # Its bytes are counted at no cost, its characters only where there are that many bytes.
        too_long = f"strlen({self.name}) > {most} AND length({self.name}) > {most}"
        checks = [
            Check(name, "too_long", f"at most {most:,} characters", too_long, self.name),
        ]
        if not self.bound.opened.csv:  # such a CSV file is rejected as a whole
            nul = f"contains({self.name}, chr(0))"
            checks.append(Check(name, "not_text", "characters that can be stored", nul, self.name))
        return checks

    def operation_checks(self, name: str, found: str) -> list[Check]:
        checks = []
        if pattern := self.rule.cleaning.take:
            nothing = f"{self.given()} IS NOT NULL AND {self.looked_up()} IS NULL"
            checks.append(Check(name, "nothing_taken", f"a text with {pattern}", nothing, found))
        if lookup := self.rule.lookup:
            many = Check(
                name,
                "ambiguous_match",
                f"one row of {lookup.file} with this {lookup.match}",
                f"{self.join}n > 1",
                found,
            )
            none = Check(
                name,
                "no_match",
                f"a row of {lookup.file} with this {lookup.match}",
                f"{self.looked_up()} IS NOT NULL AND {self.join}n IS NULL",
                found,
            )
            checks += [many, none]
        # Of what a lookup returned, if there is one: translating comes after it.
        if self.rule.otherwise == "reject":
            known = [key for key, _ in self.rule.values if key]
            more = ", ..." if len(known) > MAX_SHOWN else ""
            shown = f"one of {', '.join(known[:MAX_SHOWN])}{more}"
            text = f"{self.join}t" if self.rule.lookup else self.looked_up()
            if self.has_value_table:
                is_unknown = f"{self.values}k IS NULL"
            else:
                listed = ", ".join(literal(key) for key, _ in self.rule.values)
                is_unknown = f"lower({text}) NOT IN ({listed})"
            wrong = f"{text} IS NOT NULL AND {is_unknown}"
            checks.append(Check(name, "unknown_value", shown, wrong, found))
        return checks


def made_id(text: str) -> str:
    """Write the SQL of an id made of a text: 72 bits of its MD5 in 12 letters, which DuckDB stores inline and joins fast."""
    return f"to_base64(unhex(left(md5({text}), 18)))"


def lookup_name(rule: Rule) -> str:
    assert rule.lookup, "only a rule with a lookup has a lookup table"
    return quoted(
        f"lookup:{rule.lookup.file}:{rule.lookup.match}:{rule.lookup.take}:{rule.lookup.pick}"
    )


def values_name(rule: Rule) -> str:
    return quoted(f"values:{rule.path}")
