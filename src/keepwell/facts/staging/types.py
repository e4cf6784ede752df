"""This file writes the SQL that converts a source value to a type, or to NULL if it is not of that type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keepwell.facts.duckdb_session import literal
from keepwell.facts.mapping.field_rules import EPOCHS, folded
from keepwell.facts.mapping.mapping import Rule
from keepwell.facts.readers.format import Format
from keepwell.facts.staging import written_numbers
from keepwell.health.definition import limit

# Years before 1900 are two-digit years or mistakes; years after 9999 are DuckDB's infinity.
DAYS = f"BETWEEN DATE '{limit.FIRST_DAY}' AND DATE '{limit.LAST_DAY}'"
_MOMENTS = f"BETWEEN TIMESTAMP '{limit.FIRST_DAY}' AND TIMESTAMP '{limit.LAST_DAY} 23:59:59'"
_OFFSET = literal(r":\d\d(\.\d+)?\s*([Zz]|UTC|GMT|[+-]\d\d(:?\d\d)?)$")
_NO_SECONDS = literal(r"^(.{10}[ Tt]\d\d:\d\d)(\s*[A-Za-z+-].*)$")
NUMBER = "DECIMAL(18,6)"
WIDE = "DECIMAL(38,6)"


@dataclass(frozen=True)
class Clock:
    """The zone of the workspace, and that of the source's moments without a zone."""

    workspace: str
    source: str


def literals(texts: Iterable[str]) -> str:
    """Write texts as a list in SQL.

    >>> literals(["a", "b"])
    "['a', 'b']"
    """
    return "[" + ", ".join(map(literal, texts)) + "]"


def utc(zoned: str) -> str:
    return f"make_timestamp(epoch_us({zoned}))"


def as_text(value: str, type: str) -> str:
    """Write a typed source value as text; whole numbers that are stored as doubles lose their `.0`."""
    if type in ("DOUBLE", "FLOAT"):
        return f"CASE WHEN {value} = trunc({value}) AND abs({value}) < 1e15 THEN CAST(CAST({value} AS BIGINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"
    return value if type == "VARCHAR" else f"CAST({value} AS VARCHAR)"


def choice(raw: str, choices: tuple[str, ...]) -> str:
    # Folded like in Python (rules.folded): `One_Off` and `one-off` are the same choice.
    cases = " ".join(f"WHEN {literal(folded(word))} THEN {literal(word)}" for word in choices)
    return f"CASE replace(replace(lower({raw}), '_', ' '), '-', ' ') {cases} END"


def flag(raw: str, type: str) -> str:
    if type != "VARCHAR":
        return f"TRY_CAST({raw} AS BOOLEAN)"
    # DuckDB reads yes, no, t, f, y, n, 1 and 0 as flags, but not on and off.
    return f"CASE lower({raw}) WHEN 'on' THEN true WHEN 'off' THEN false ELSE TRY_CAST({raw} AS BOOLEAN) END"


def number(raw: str, type: str, rule: Rule, format: Format) -> str:
    """Read a number with the source's decimal mark; a thousands separator is accepted only between groups of three digits."""
    value = f"TRY_CAST({plain_number(raw, type, rule, format)} AS {NUMBER})"
    if type == "VARCHAR" and rule.constant is None:
        # Only what is no plain number is looked at again.
        written = written_numbers.bare(raw, is_money=rule.field.type == "money")
        others = [f"TRY_CAST({plain_number(f'({written})', type, rule, format)} AS {NUMBER})"]
        if rule.field.unit in written_numbers.SECONDS:
            length = written_numbers.duration(raw, rule.field.unit)
            others.append(f"TRY_CAST({length} AS {NUMBER})")
        value = f"coalesce({', '.join([value, *others])})"
    return value if rule.times is None else product(value, f"CAST({rule.times:f} AS {NUMBER})")


def product(left: str, right: str) -> str:
    """Multiply two numbers; NULL if the result is too large. DuckDB would compute it in a type that is too narrow."""
    return f"TRY_CAST(CAST({left} AS {WIDE}) * {right} AS {NUMBER})"


def plain_number(raw: str, type: str, rule: Rule, format: Format) -> str:
    """Write a number in DuckDB's notation; what is not a number stays something that is not."""
    if type != "VARCHAR" or rule.constant is not None:
        return raw
    text = raw
    if mark := format.thousands:
        shape = rf"[+-]?\d{{1,3}}([{mark}]\d{{3}})+([{format.decimal}]\d*)?"
        grouped = f"CASE WHEN regexp_full_match({raw}, {literal(shape)}) THEN replace({raw}, {literal(mark)}, '') END"
        text = f"CASE WHEN contains({raw}, {literal(mark)}) THEN {grouped} ELSE {raw} END"
    # With a decimal comma, a point that separates no thousands is a mistake, not a decimal mark.
    if format.decimal == ",":
        return f"CASE WHEN contains({text}, '.') THEN NULL ELSE replace({text}, ',', '.') END"
    return text


def day(raw: str, type: str, rule: Rule, clock: Clock, has_iso_dates: bool) -> str:
    """Read a date, or the workspace's day of a moment with a zone."""
    if rule.dates and rule.dates[0] in EPOCHS:
        value = f"CAST({_epoch(raw, rule.dates[0])} AS DATE)"
    elif type == "TIMESTAMP WITH TIME ZONE":
        value = f"CAST(timezone({literal(clock.workspace)}, {raw}) AS DATE)"
    elif type == "VARCHAR":
        # Through a timestamp, because DuckDB reads `2026-01-01rubbish` as a date.
        value = f"CAST({_parsed(raw, rule, has_iso_dates)} AS DATE)"
    else:
        value = f"TRY_CAST({raw} AS DATE)"
    if rule.plus_days:
        value = f"CAST({value} + INTERVAL {rule.plus_days:d} DAY AS DATE)"
    return f"CASE WHEN {value} {DAYS} THEN {value} END"


def _parsed(raw: str, rule: Rule, has_iso_dates: bool) -> str:
    """Parse a moment as it is written, in whatever zone."""
    plain = f"TRY_CAST({raw} AS TIMESTAMP)"
    if not rule.dates:
        return plain
    parsed = f"CAST(try_strptime({raw}, {literals(rule.dates)}) AS TIMESTAMP)"
    return f"coalesce({parsed}, {plain})" if has_iso_dates else parsed


def _epoch(raw: str, unit: str) -> str:
    # As a decimal: a double would round the fractions.
    factor = 1_000_000 if unit == "unix" else 1_000
    micros = f"CAST(TRY_CAST({raw} AS DECIMAL(20,3)) * {factor} AS HUGEINT)"
    return f"CASE WHEN {micros} BETWEEN -2208988800000000 AND 253402300799000000 THEN make_timestamp(CAST({micros} AS BIGINT)) END"


def is_bare(raw: str) -> str:
    """Tell whether a moment is written as in most exports, `2026-01-31` or `2026-01-31 10:00:00`: only others need a regex."""
    return f"(strlen({raw}) = 10 OR (strlen({raw}) = 19 AND substr({raw}, 17, 1) = ':'))"


def moments(
    raw: str, type: str, rule: Rule, clock: Clock, has_iso_dates: bool, bare: str
) -> tuple[str, str]:
    """Read a moment as two values of which one is NULL: naive, as the source's clock showed it, and with a zone."""
    if rule.dates and rule.dates[0] in EPOCHS:
        epoch = _epoch(raw, rule.dates[0])
        # A zone beside it says that the seconds are those of a clock on the wall, as some tools write them.
        if rule.zone:
            return epoch, "NULL::TIMESTAMPTZ"
        return "NULL::TIMESTAMP", f"CAST({epoch} AS TIMESTAMPTZ)"
    if any("%z" in text.lower() for text in rule.dates):
        return "NULL::TIMESTAMP", f"try_strptime({raw}, {literals(rule.dates)})"
    if type == "TIMESTAMP WITH TIME ZONE":
        return "NULL::TIMESTAMP", raw
    if rule.dates or type != "VARCHAR":
        value = f"TRY_CAST({raw} AS TIMESTAMP)"
        naive = _parsed(raw, rule, has_iso_dates) if type == "VARCHAR" else value
        return naive, "NULL::TIMESTAMPTZ"
    whole = f"regexp_replace({raw}, {_NO_SECONDS}, '\\1:00\\2')"  # with an offset, DuckDB requires seconds
    zoned = f"CASE WHEN NOT {bare} AND regexp_matches({raw}, {_OFFSET}) THEN TRY_CAST({whole} AS TIMESTAMPTZ) END"
    return (
        f"CASE WHEN {bare} OR NOT regexp_matches({raw}, {_OFFSET}) THEN TRY_CAST({raw} AS TIMESTAMP) END",
        zoned,
    )


def moment(naive: str, zoned: str, clock: Clock) -> str:
    """Write the moment in UTC."""
    value = naive if clock.source == "UTC" else utc(f"timezone({literal(clock.source)}, {naive})")
    return f"CASE WHEN {value} {_MOMENTS} THEN {value} WHEN {utc(zoned)} {_MOMENTS} THEN {utc(zoned)} END"


def local_day(naive: str, at: str, clock: Clock) -> str:
    """Write the day of a moment in the workspace's zone."""
    if clock.workspace == "UTC":
        return f"CAST({at} AS DATE)"
    local = f"CAST(timezone({literal(clock.workspace)}, CAST({at} AS TIMESTAMPTZ)) AS DATE)"
    # The day on the source's own clock needs no conversion there and back.
    if clock.workspace == clock.source:
        return f"CASE WHEN {naive} IS NOT NULL THEN CAST({naive} AS DATE) ELSE {local} END"
    return local
