"""This file reads how one field is filled: where its value comes from, and what is done with it."""

from __future__ import annotations

import re
from datetime import date

from keepwell.errors import did_you_mean
from keepwell.facts.mapping.document import Map, Node, Scalar
from keepwell.facts.mapping.mapping import Cleaning, Lookup, Money, Otherwise, Rule
from keepwell.facts.mapping.parser import NO, YES, Parser
from keepwell.facts.readers.folder import leads_outside
from keepwell.health.definition import limit
from keepwell.health.definition.table import Column

ORIGINS = ("column", "first", "join", "constant", "make")
CLEANING = ("strip", "take", "cut", "pad", "lower")
OPERATIONS = (
    *CLEANING, "between", "numbered", "date", "zone", "values", "otherwise", "lookup", "money", "times", "plus",
)  # fmt: skip
EPOCHS = ("unix", "unix_ms")  # seconds and milliseconds since 1970, as JSON exports write moments
FLAGS = (*YES, *NO, "t", "f", "y", "n", "1", "0")
# What each key can be used for; those that are not here suit every type.
SUITS = {
    "date": ("date", "moment"),
    "zone": ("moment",),
    "money": ("money",),
    "times": ("quantity", "money"),
    "plus": ("date",),
    "make": ("text",),
}
# What has no effect on a value that the mapping itself says, or on an id that is made.
OF_A_VALUE = (*CLEANING, "date", "values", "lookup", "plus")
LONGEST_PATTERN = 200  # characters; whatever it is, DuckDB's RE2 reads a text once
MOST_CHARACTERS = 1000  # that a text is cut or padded to
_UNKNOWN_TO_RE2 = re.compile(r"\(\?(=|!|<=|<!|>|\()|\\[1-9]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SPECIFIER = re.compile(r"%-?(.?)")
_SPECIFIERS = frozenset("aAwdbBmyYHIpMSfgnzZjc%")


def read(
    parser: Parser, node: Node, field: Column, path: str, more_keys: tuple[str, ...] = ()
) -> Rule:
    """Read the rule of a field: the name of a source column, or keys that say more."""
    if isinstance(node, Scalar):
        if node.is_empty:
            way_out = "Name the column, or remove the field."
            parser.fault("M011", node.line, path, "no source column", "", way_out)
        return Rule(field, path, node.line, column=parser.text(node, path))
    map_ = parser.map(node, path, ORIGINS + OPERATIONS + more_keys)
    origins = [key for key in ORIGINS if key in map_.items]
    if len(origins) != 1:
        got = " and ".join(f"`{key}`" for key in origins) or "none of them"
        what = f"needs one of `column`, `first`, `join`, `constant` or `make`, has {got}"
        parser.fault("M011", map_.line, path, what)
    otherwise, otherwise_value = _otherwise(parser, map_, path)
    item = map_.items.get
    rule = Rule(
        field,
        path,
        map_.line,
        column=parser.text(item("column"), f"{path}.column"),
        first=_columns(parser, map_, "first", path),
        join=_columns(parser, map_, "join", path),
        between=_between(item("between")),
        constant=parser.text(item("constant"), f"{path}.constant")
        if "constant" in origins
        else None,
        make=parser.texts(item("make"), f"{path}.make"),
        is_numbered=parser.flag(item("numbered"), f"{path}.numbered"),
        dates=_dates(parser, map_, f"{path}.date"),
        zone=parser.zone(item("zone"), f"{path}.zone"),
        values=_values(parser, map_, f"{path}.values"),
        otherwise=otherwise,
        otherwise_value=otherwise_value,
        lookup=_lookup(parser, item("lookup"), f"{path}.lookup"),
        money=_money(parser, map_, f"{path}.money"),
        times=parser.number(item("times"), f"{path}.times"),
        cleaning=_cleaning(parser, map_, path),
        plus_days=parser.days(item("plus"), f"{path}.plus") or 0,
    )
    _check(parser, rule, map_)
    return rule


def _columns(parser: Parser, map_: Map, key: str, path: str) -> tuple[str, ...]:
    """Read the columns of `first` or `join`, of which there must be two."""
    names = parser.texts(map_.items.get(key), f"{path}.{key}")
    if key in map_.items and (len(names) < 2 or not all(names)):
        way_out = f"Write it like `{key}: [one column, another]`, or use `column`."
        parser.fault("M013", map_.lines[key], f"{path}.{key}", "needs two columns or more", "", way_out)  # fmt: skip
    return names


def _between(node: Node | None) -> str:
    """Read what stands between joined texts, with its spaces; a space where nothing is said."""
    return node.text if isinstance(node, Scalar) else " "


def _cleaning(parser: Parser, map_: Map, path: str) -> Cleaning:
    item = map_.items.get
    strip = item("strip")
    return Cleaning(
        strip=strip.text if isinstance(strip, Scalar) else "",
        take=_pattern(parser, map_, f"{path}.take"),
        cut=_characters(parser, map_, "cut", path),
        pad=_characters(parser, map_, "pad", path),
        lower=parser.flag(item("lower"), f"{path}.lower"),
    )


def _pattern(parser: Parser, map_: Map, path: str) -> str:
    """Read a regular expression that RE2 knows, with one group at most."""
    text = parser.text(map_.items.get("take"), path)
    if not text:
        return ""
    try:
        wrong = "has more than one group:" if re.compile(text).groups > 1 else ""
    except re.error as error:
        wrong = f"is no regular expression ({error}):"
    if len(text) > LONGEST_PATTERN:
        wrong = f"is longer than {LONGEST_PATTERN} characters:"
    elif _UNKNOWN_TO_RE2.search(text):
        wrong = "looks ahead, looks behind or repeats a group, which RE2 does not:"
    if wrong:
        way_out = "Write it like `^([A-Z]+-[0-9]+)`: what stands in the parentheses is taken."
        parser.fault("M013", map_.lines["take"], path, wrong, text, way_out)
        return ""
    return text


def _characters(parser: Parser, map_: Map, key: str, path: str) -> int | None:
    number = parser.number(map_.items.get(key), f"{path}.{key}")
    if number is None:
        return None
    if number != int(number) or not 1 <= number <= MOST_CHARACTERS:
        what = f"must be a whole number from 1 to {MOST_CHARACTERS:,}, is"
        parser.fault("M013", map_.lines[key], f"{path}.{key}", what, f"{number:g}")
        return None
    return int(number)


def _dates(parser: Parser, map_: Map, path: str) -> tuple[str, ...]:
    formats = parser.texts(map_.items.get("date"), path)
    line = map_.lines.get("date", map_.line)
    for text in formats:
        unknown = [part for part in _SPECIFIER.findall(text) if part not in _SPECIFIERS]
        if unknown or ("%" not in text and text not in EPOCHS):
            way_out = 'Write it like "%d.%m.%Y", "%m/%d/%Y %H:%M", unix or unix_ms.'
            parser.fault("M013", line, path, "not a date format:", text, way_out)
    # A column is parsed as one type: with an offset, without one, or as a number.
    kinds = {"%z" in text.lower() for text in formats}
    if len(formats) > 1 and (set(formats) & set(EPOCHS) or len(kinds) > 1):
        what = (
            "these formats cannot be combined: all need an offset (%z), or none; unix stands alone"
        )
        parser.fault("M013", line, path, what)
    return formats


def _values(parser: Parser, map_: Map, path: str) -> tuple[tuple[str, str | None], ...]:
    """Read what each source value becomes, by its lower-case form; None stands for missing."""
    # By lower case, as exports spell the same status in several ways.
    values = parser.map(map_.items.get("values"), path)
    found: dict[str, str | None] = {}
    for key, node in values.items.items():
        where = f"{path}.{key}"
        if key.strip().lower() in found:
            what = "duplicate value (upper and lower case are the same)"
            parser.fault("M005", values.lines[key], where, what)
        found[key.strip().lower()] = parser.text(node, where) or None
    return tuple(found.items())


def _otherwise(parser: Parser, map_: Map, path: str) -> tuple[Otherwise, str]:
    text = parser.text(map_.items.get("otherwise"), f"{path}.otherwise")
    if text and "values" not in map_.items:
        line = map_.lines["otherwise"]
        parser.fault("M013", line, f"{path}.otherwise", "`otherwise` needs `values` beside it")
    match text:
        case "":
            return "keep", ""
        case "keep" | "reject" | "missing":
            return text, ""
    return "value", text


def _lookup(parser: Parser, node: Node | None, path: str) -> Lookup | None:
    if node is None:
        return None
    map_ = parser.map(node, path, ("file", "match", "take", "pick"))
    file, match, take = (
        parser.text(map_.items.get(key), f"{path}.{key}") for key in ("file", "match", "take")
    )
    if not (file and match and take):
        parser.fault("M011", map_.line, path, "a lookup needs `file`, `match` and `take`")
        return None
    if leads_outside(file):
        what = "is outside the imported folder:"
        parser.fault("M013", map_.lines["file"], f"{path}.file", what, file)
    pick = parser.choice(map_.items.get("pick"), f"{path}.pick", ("lowest", "highest"), "")
    return Lookup(file, match, take, "lowest" if pick == "lowest" else "highest" if pick else "")


def _money(parser: Parser, map_: Map, path: str) -> Money | None:
    node = map_.items.get("money")
    if isinstance(node, Map):
        column = parser.text(
            parser.map(node, path, ("currency",)).items.get("currency"), f"{path}.currency"
        )
        if not column:
            parser.fault("M011", node.line, path, "`currency` names no column")
        return Money(column=column)
    code = parser.text(node, path)
    if code and not _CURRENCY.fullmatch(code):
        way_out = "Use a three-letter code such as EUR."
        parser.fault("M013", map_.lines["money"], path, "not a currency code:", code, way_out)
    return Money(code=code) if code else None


def _check(parser: Parser, rule: Rule, map_: Map) -> None:
    """Check that each key suits the type of the field, and that the field can hold what the mapping itself says."""
    kind = rule.field.type
    for key, types in SUITS.items():
        if key in map_.items and kind not in types:
            what = f"`{key}` cannot be used for a {kind}, only for {' and '.join(types)}"
            parser.fault("M013", map_.lines[key], f"{rule.path}.{key}", what)
    if "constant" in map_.items or rule.make:
        for key in OF_A_VALUE:
            if key in map_.items:
                what = f"`{key}` has no effect on a constant or a made ID"
                parser.fault("M013", map_.lines[key], f"{rule.path}.{key}", what)
    if "between" in map_.items and not rule.join:
        line = map_.lines["between"]
        parser.fault("M013", line, f"{rule.path}.between", "`between` needs `join` beside it")
    if rule.is_numbered and not rule.make:
        line = map_.lines["numbered"]
        parser.fault("M013", line, rule.path, "`numbered` needs `make` beside it")
    if rule.times and not round(rule.times, 6):
        what = "rounds to 0, as numbers have six decimals:"
        parser.fault("M013", map_.lines["times"], f"{rule.path}.times", what, f"{rule.times:g}")
    for key, text in (("constant", rule.constant), ("otherwise", rule.otherwise_value)):
        if text and (way_out := _misfit(rule.field, text, rule)):
            what = f"not a value for `{rule.field.name}`:"
            parser.fault("M013", map_.lines[key], f"{rule.path}.{key}", what, text, way_out)
    # Other values are checked with the data: only of a choice is the whole range known now.
    for key, value in rule.values:
        if value and rule.field.choices and (way_out := _misfit(rule.field, value, rule)):
            where = f"{rule.path}.values.{key}"
            parser.fault("M013", map_.lines["values"], where, "unknown value", value, way_out)


def folded(word: str) -> str:
    """Fold the ways in which people write a choice.

    >>> folded("One_Off") == folded("one-off")
    True
    """
    return word.strip().lower().replace("_", " ").replace("-", " ")


def _misfit(field: Column, text: str, rule: Rule) -> str:
    """Say what a constant should be where the field cannot hold it."""
    if field.choices:
        is_known = folded(text) in map(folded, field.choices)
        return "" if is_known else did_you_mean(text, field.choices)
    match field.type:
        case "quantity" | "money":
            return _misfit_number(field, text, rule)
        case "flag":
            return "" if text.lower() in FLAGS else "Use yes or no."
        case "date" if not rule.dates:
            try:
                is_late_enough = date.fromisoformat(text) >= limit.FIRST_DAY
            except ValueError:
                return "Write it like 2026-01-31."
            return "" if is_late_enough else f"Use {limit.FIRST_DAY} or later."
        case "text" if len(text) > field.most_characters:
            return f"Use at most {field.most_characters:,} characters."
    return ""


def _misfit_number(field: Column, text: str, rule: Rule) -> str:
    number = limit.quantity(text)
    if number is None:
        return limit.way_out(text) or "Use a number."
    number *= 1 if rule.times is None else rule.times
    least, most = field.least, field.most
    if least is not None and most is not None and not least <= number <= most:
        return f"Use a number from {least:,} to {most:,}."
    return "" if abs(number) <= limit.LARGEST_QUANTITY else f"Times {rule.times:f} it is too large."
