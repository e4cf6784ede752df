"""This file writes the one statement that reads a file into typed rows, each with its first fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.mapping.mapping import Rule
from keepwell.facts.staging import types
from keepwell.facts.staging.binding import BoundFile, columns_needed
from keepwell.facts.staging.fields import Check, Field
from keepwell.facts.staging.staged import SQL_TYPES, UNFILLED
from keepwell.facts.staging.types import Clock
from keepwell.health.definition import limit
from keepwell.health.definition.table import Column, Table

EMPTY = 65535  # the fault of an empty cell that was unpivoted: it is no row at all
MAX_SHOWN = 200  # characters of a rejected value that reports show


@dataclass
class Statement:
    """The statement for one file: nested SELECTs, so that no column name of a file can clash with one of ours."""

    bound: BoundFile
    table: Table
    clock: Clock
    currency: str
    today: date
    fields: dict[str, Field] = field(init=False, default_factory=dict)
    checks: list[Check] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        rules = {rule.field.name: rule for rule in self.bound.source.rules}
        for place, column in enumerate(self.table.columns):
            if rule := rules.get(column.name):
                clock = Clock(self.clock.workspace, rule.zone or self.clock.source)
                self.fields[column.name] = Field(self.bound, column, rule, place, clock)

    @property
    def rows_per_record(self) -> int:
        """How many rows one record becomes: more than one if columns are unpivoted."""
        return len(self.bound.source.unpivot.columns) if self.bound.source.unpivot else 1

    @property
    def is_joined(self) -> bool:
        """Whether the statement joins: DuckDB keeps the order of a file only if nothing is joined."""
        return self.bound.source.backdate or any(
            field.rule.lookup or field.has_value_table for field in self.fields.values()
        )

    def text(self) -> str:
        # Each layer selects from the one below, so that a value is computed once and then used by its short name: the source
        # columns; raw values, looked up and translated; typed values; moments in UTC; day and currencies; the first fault.
        inner = self.from_file()
        raw = {
            name: code
            for field in self.fields.values()
            for name, code in {field.raw_name: field.raw(), **field.joined()}.items()
        }
        inner = f"SELECT a.*, {self.listed(raw)} FROM ({inner}) AS a{self.joins()}"
        shared = {
            name: code for field in self.fields.values() for name, code in field.shared().items()
        }
        inner = f"SELECT *, {self.listed(shared)} FROM ({inner})" if shared else inner
        typed = {
            name: code for field in self.fields.values() for name, code in field.typed().items()
        }
        inner = f"SELECT *, {self.listed(typed)} FROM ({inner})"
        moments = {
            field.name: field.finished()
            for field in self.fields.values()
            if field.column.type == "moment"
        }
        inner = f"SELECT *, {self.listed(moments)} FROM ({inner})" if moments else inner
        inner = f"SELECT *, {self.day()} AS d, {self.amounts()} FROM ({inner})"
        self.checks = self.all_checks()
        inner = f"SELECT *, {self.fault()} AS f FROM ({inner})"
        return f"SELECT {self.outermost()} FROM ({inner})"

    def listed(self, columns: dict[str, str]) -> str:
        return ", ".join(f"{code} AS {name}" for name, code in columns.items())

    def from_file(self) -> str:
        opened, unpivot = self.bound.opened, self.bound.source.unpivot
        columns = {
            quoted(f"s:{name}"): self.trimmed(opened.columns[name], opened.type(name))
            for name in columns_needed(self.bound.source)
        }
        columns |= {"ln": opened.line} if opened.line else {}
        columns |= {"u": opened.invalid} if opened.invalid else {}
        columns |= {"n": opened.row or "row_number() OVER () - 1"} if self.is_joined else {}
        inner = f"SELECT {self.listed(columns) or '1 AS one'} FROM {opened.relation}"
        if unpivot is None:
            return inner
        values = ", ".join(f"CAST({quoted(f's:{name}')} AS VARCHAR)" for name in unpivot.columns)
        made = {
            quoted(f"s:{unpivot.name}"): f"unnest({types.literals(unpivot.columns)})",
            quoted(f"s:{unpivot.value}"): f"unnest([{values}])",
        }
        return f"SELECT *, {self.listed(made)} FROM ({inner})"

    def trimmed(self, value: str, type: str) -> str:
        """Trim spaces, but only if there are any: trimming every cell would cost as much as reading it."""
        # pandas writes a missing number as NaN.
        if type in ("DOUBLE", "FLOAT"):
            return f"CASE WHEN isnan({value}) THEN NULL ELSE {value} END"
        if type != "VARCHAR":
            return value
        fallback = value if self.bound.opened.csv else f"nullif({value}, '')"
        edges = f"starts_with({value}, ' ') OR suffix({value}, ' ')"
        cut = f"CASE WHEN {edges} THEN nullif(trim({value}, ' ' || chr(9) || chr(160)), '') ELSE {fallback} END"
        # A text that begins with a space is less than '!', which DuckDB compares faster than it calls a function.
        return f"CASE WHEN {value} < '!' OR suffix({value}, ' ') THEN {cut} ELSE {value} END"

    def joins(self) -> str:
        return "".join(field_.joins() for field_ in self.fields.values())

    def day(self) -> str:
        """Write the SQL of the row's local day; a state without a date is valid from today, or from the account's start."""
        if self.bound.source.is_dated:
            days = [self.fields[name].day() for name in self.table.dated_by if name in self.fields]
            return f"least({', '.join(days)})"
        today = f"DATE '{self.today}'"
        if not self.bound.source.backdate:
            return today
        # What an account was before its import is only assumed for new accounts: a known one has its history already.
        known = f"{self.fields['account_id'].name} IN (SELECT account_id FROM existing_accounts)"
        return f"CASE WHEN {known} THEN {today} ELSE least(coalesce({self.fields['started_on'].name}, {today}), {today}) END"

    def amounts(self) -> str:
        """Write the SQL of each amount's currency."""
        found = {
            f"c{field_.name}": self.currency_of(field_.rule)
            for field_ in self.fields.values()
            if field_.column.type == "money"
        }
        return self.listed(found) or "NULL AS no_money"

    def currency_of(self, rule: Rule | None) -> str:
        code, column = (rule.money.code, rule.money.column) if rule and rule.money else ("", "")
        if code:
            return literal(code)
        given = (
            quoted(f"s:{column}")
            if column
            else self.fields["currency"].name
            if "currency" in self.fields
            else "NULL"
        )
        return f"coalesce(upper(CAST({given} AS VARCHAR)), {literal(self.currency)})"

    def all_checks(self) -> list[Check]:
        checks = [Check("", "not_json", "a JSON object", "u")] if self.bound.opened.invalid else []
        for column in self.table.columns:
            if field_ := self.fields.get(column.name):
                is_date_of_state = self.table.time == "state" and column.name in self.table.dated_by
                checks += field_.checks(column.required or is_date_of_state)
        dated_by = "/".join(self.table.dated_by)
        checks.append(Check(dated_by, "missing_required", "a day", "d IS NULL"))
        # The last hours of the year 9999 are in the year 10000 further east.
        expected = f"a day up to {limit.LAST_DAY} in the workspace's zone"
        checks.append(
            Check(dated_by, "not_a_date", expected, f"d NOT {types.DAYS}", "CAST(d AS VARCHAR)")
        )
        return checks

    def fault(self) -> str:
        cases = " ".join(
            f"WHEN {check.wrong} THEN {place}" for place, check in enumerate(self.checks, 1)
        )
        # Before all checks: an empty cell of a wide table is not a row that lacks its value.
        if unpivot := self.bound.source.unpivot:
            cases = f"WHEN {quoted(f's:{unpivot.value}')} IS NULL THEN {EMPTY} {cases}"
        return f"CAST(CASE {cases} ELSE 0 END AS USMALLINT)"

    def outermost(self) -> str:
        shown = " ".join(
            f"WHEN {place} THEN {check.found}" for place, check in enumerate(self.checks, 1)
        )
        columns: dict[str, str] = {}
        for name, field_ in self.fields.items():
            if self.is_stored(field_):
                columns |= self.stored(name, field_)
        columns |= {
            '"on"': "d",
            "fault": "f",
            # A report with a NUL in it is no text file any more.
            "found": f"CASE WHEN f > 0 THEN left(replace(CASE f {shown} END, chr(0), '\\u0000'), {MAX_SHOWN}) END",
        }
        columns |= {"line": "ln"} if self.bound.opened.line else {}
        columns |= {"row": "n"} if self.is_joined else {}
        return self.listed(columns)

    def is_stored(self, field_: Field) -> bool:
        """Tell whether the value is stored beside every row: a constant is not, unless a later step needs it."""
        return (
            field_.rule.constant is None
            or field_.column.type == "money"
            or field_.column.name == "account_id"
        )

    def stored(self, name: str, field_: Field) -> dict[str, str]:
        if field_.column.type != "money":
            return {quoted(name): field_.name}
        # NULL until its rate is found, which only the rows of another currency need.
        converted = f"CASE WHEN c{field_.name} = {literal(self.currency)} THEN {field_.name} END"
        return {
            quoted(name): converted,
            quoted(f"{name}_given"): field_.name,
            quoted(f"{name} in"): f"c{field_.name}",
        }

    def unstored(self, column: Column) -> str:
        """Write the SQL of a column that is the same for every row, and therefore not stored beside each."""
        kind = SQL_TYPES[column.type]
        field_ = self.fields.get(column.name)
        if (
            self.table.time == "state"
            and column.name in self.table.dated_by
            and not self.bound.source.is_dated
        ):
            return '"on"'
        if column.name == "currency" and field_ is None:
            return self.only_currency()
        if field_ is None:
            return f"{UNFILLED}{kind})"
        inner = f"SELECT {field_.raw()} AS {field_.raw_name}"
        inner = (
            f"SELECT *, {self.listed(field_.shared())} FROM ({inner})" if field_.shared() else inner
        )
        return f"(SELECT {field_.finished()} FROM (SELECT {self.listed(field_.typed())} FROM ({inner})))"

    def only_currency(self) -> str:
        amounts = [field_ for field_ in self.fields.values() if field_.column.type == "money"]
        return quoted(f"{amounts[0].column.name} in") if amounts else literal(self.currency)
