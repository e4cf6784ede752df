"""This file reads a whole mapping: its sources, their feeds and formats, and every field of every table."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath

from keepwell.errors import did_you_mean
from keepwell.facts.mapping import rules
from keepwell.facts.mapping.document import InvalidMapping, Node, Pairs, Words, composed
from keepwell.facts.mapping.mapping import Feed, Mapping, Rule, Source, Unpivot
from keepwell.facts.mapping.parser import Findings
from keepwell.facts.mapping.rules import OPERATIONS, ORIGINS
from keepwell.facts.readers.folder import leads_outside
from keepwell.facts.readers.format import Format
from keepwell.facts.schema import TABLES
from keepwell.health.definition.table import LOAD_COLUMNS, TYPES, Column, Table, Type

KEYS = ("file", "table", "format", "feed", "people", "backdate", "fields", "extras", "unpivot")
_FORMAT = ("delimiter", "encoding", "decimal", "thousands", "sheet", "skip")
_FEED = ("name", "covers", "since", "expected_every", "lag", "through")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TAKEN = {*(column.name for column in LOAD_COLUMNS), "file", "line", "people", "superseded_by"}
_UNSUITED = ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7")
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def read(text: str, file: str = "mapping.yaml") -> Mapping:
    """Read a mapping; raises `InvalidMapping` with all that is wrong with it, each with its line."""
    found = Findings(file)
    top = found.pairs(composed(text, file), "", ("zone", "sources"))
    zone = found.zone(top.items.get("zone"), "zone")
    nodes = found.items(top.items.get("sources"), "sources")
    if not nodes and not found.faults:
        found.add(
            "M011",
            top.line,
            "sources",
            "no sources",
            "",
            "List at least one `file` with its `table` and `fields`.",
        )
    sources = [
        source
        for place, node in enumerate(nodes)
        if (source := _source(found, node, f"sources[{place}]"))
    ]
    _agree(found, sources)
    if found.faults:
        raise InvalidMapping(tuple(sorted(found.faults, key=lambda fault: fault.line)))
    return Mapping(file, zone, tuple(sources))


def _source(found: Findings, node: Node, path: str) -> Source | None:
    pairs = found.pairs(node, path, KEYS)
    file = found.words(pairs.items.get("file"), f"{path}.file")
    _inside(found, file, pairs, path)
    table = _table(found, pairs, path)
    feed = _feed(found, pairs.items.get("feed"), f"{path}.feed", _stem(file))
    if table is None:
        return None
    filled = [*_fields(found, pairs, table, path), *_extras(found, pairs, table, path)]
    source = Source(
        file, path, pairs.line, table,
        format=_format(found, pairs.items.get("format"), f"{path}.format"),
        feed=feed, people=found.words(pairs.items.get("people"), f"{path}.people") or feed.name,
        backdate=found.choice(pairs.items.get("backdate"), f"{path}.backdate", ("since_start",), "") != "",
        rules=tuple(filled), unpivot=_unpivot(found, pairs.items.get("unpivot"), f"{path}.unpivot"),
    )  # fmt: skip
    _complete(found, source, pairs)
    return source


def _inside(found: Findings, file: str, pairs: Pairs, path: str) -> None:
    line = pairs.lines.get("file", pairs.line)
    if not file:
        found.add(
            "M011", line, path, "no `file`", "", "Name a file, or a pattern such as `events_*.csv`."
        )
    elif leads_outside(file):
        found.add(
            "M013",
            line,
            f"{path}.file",
            "leads outside the folder of the import",
            file,
            "Write a name or pattern inside it.",
        )


def _stem(file: str) -> str:
    return re.sub(r"[\W_]*[*?\[\]]+[\W_]*", "", PurePosixPath(file).name.split(".")[0]) or "files"


def _table(found: Findings, pairs: Pairs, path: str) -> Table | None:
    name = found.words(pairs.items.get("table"), f"{path}.table")
    if name not in TABLES:
        line = pairs.lines.get("table", pairs.line)
        found.add(
            "M020",
            line,
            f"{path}.table",
            "unknown table" if name else "no `table`",
            name,
            did_you_mean(name, TABLES),
        )
        return None
    return TABLES[name]


def _fields(found: Findings, pairs: Pairs, table: Table, path: str) -> list[Rule]:
    filled = []
    fields = found.pairs(pairs.items.get("fields"), f"{path}.fields")
    for name, node in fields.items.items():
        where, column = f"{path}.fields.{name}", table.column(name)
        if column is None:
            way_out = (
                _called_here(name, table)
                or f"{did_you_mean(name, table.names)} Columns of your own go under `extras`."
            )
            found.add(
                "M021", fields.lines[name], where, f"`{table.name}` has no field", name, way_out
            )
        else:
            filled.append(rules.rule(found, node, column, where))
    return filled


def _called_here(name: str, table: Table) -> str:
    known = next((column.name for column in table.columns if name.lower() in column.known_as), "")
    return f"It is called `{known}` here." if known else ""


def _extras(found: Findings, pairs: Pairs, table: Table, path: str) -> list[Rule]:
    filled = []
    extras = found.pairs(pairs.items.get("extras"), f"{path}.extras")
    for name, node in extras.items.items():
        where, line = f"{path}.extras.{name}", extras.lines[name]
        if not _NAME.fullmatch(name) or name in _TAKEN or name.endswith("_given"):
            found.add(
                "M013",
                line,
                where,
                "not a name for a column",
                name,
                "Use small letters, digits and _, and not a name that is taken.",
            )
        elif table.column(name) is not None:
            found.add(
                "M013",
                line,
                where,
                f"`{table.name}` has this field already",
                name,
                "Move it to `fields`.",
            )
        else:
            filled.append(_extra(found, node, name, where))
    return filled


def _extra(found: Findings, node: Node, name: str, path: str) -> Rule:
    keys = ("type", "personal", "person", "meaning")
    pairs = found.pairs(node, path, ORIGINS + OPERATIONS + keys)
    kind = found.words(pairs.items.get("type"), f"{path}.type")
    if kind not in TYPES:
        found.add(
            "M011",
            pairs.lines.get("type", pairs.line),
            path,
            "no known `type`",
            kind,
            did_you_mean(kind, TYPES),
        )
    type_: Type = next((known for known in TYPES if known == kind), "text")
    personal = found.flag(pairs.items.get("personal"), f"{path}.personal")
    person = found.flag(pairs.items.get("person"), f"{path}.person")
    meaning = (
        found.words(pairs.items.get("meaning"), f"{path}.meaning")
        or "an extra column of this workspace"
    )
    if isinstance(node, Words):
        return Rule(Column(name, type_, meaning), path, node.line)
    return rules.rule(
        found, pairs, Column(name, type_, meaning, personal=personal, person=person), path, keys
    )


def _format(found: Findings, node: Node | None, path: str) -> Format:
    pairs = found.pairs(node, path, _FORMAT)
    delimiter = pairs.items.get("delimiter")
    mark = delimiter.text if isinstance(delimiter, Words) else ""
    mark = _DELIMITERS.get(mark, mark)
    if len(mark) > 1 or mark in ('"', "\n", "\r"):
        found.add("M013", pairs.lines["delimiter"], f"{path}.delimiter", "not one character", mark)
    encoding = found.words(pairs.items.get("encoding"), f"{path}.encoding")
    if encoding and not _is_encoding(encoding):
        found.add(
            "M013",
            pairs.lines["encoding"],
            f"{path}.encoding",
            "unknown encoding",
            encoding,
            "Common ones: utf-8, windows-1252, utf-16.",
        )
    decimal = found.choice(pairs.items.get("decimal"), f"{path}.decimal", (".", ","), ".")
    thousands = pairs.items.get("thousands")
    grouped = thousands.text if isinstance(thousands, Words) else ""
    if grouped and (
        grouped not in (".", ",", " ", "'", "\u00a0", "\u202f", "_") or grouped == decimal
    ):
        found.add(
            "M013",
            pairs.lines["thousands"],
            f"{path}.thousands",
            "not a mark between thousands",
            grouped,
        )
    skip = found.number(pairs.items.get("skip"), f"{path}.skip") or 0
    if skip < 0 or skip > 1000 or skip != int(skip):
        found.add(
            "M013",
            pairs.lines["skip"],
            f"{path}.skip",
            "not a number of lines from 0 to 1000",
            str(skip),
        )
    sheet = found.words(pairs.items.get("sheet"), f"{path}.sheet")
    return Format(
        mark or None, encoding or None, decimal, grouped, sheet or None, int(skip), pairs.line
    )


def _is_encoding(name: str) -> bool:
    """Whether the name is that of an encoding of text; the codecs that unpack archives are not."""
    try:
        return bool(codecs.lookup(name)._is_text_encoding) and name.lower() not in _UNSUITED
    except (LookupError, ValueError):
        return False


def _feed(found: Findings, node: Node | None, path: str, default: str) -> Feed:
    if node is None or isinstance(node, Words):
        return Feed(found.words(node, path) or default)
    pairs = found.pairs(node, path, _FEED)
    part = pairs.items.get
    through = part("through")
    through_load = isinstance(through, Words) and through.text == "load"
    rhythm = found.days(part("expected_every"), f"{path}.expected_every")
    covers = found.choice(part("covers"), f"{path}.covers", ("all", "named"), "all")
    return Feed(
        found.words(part("name"), f"{path}.name") or default,
        covers="named" if covers == "named" else "all",
        since=found.day(part("since"), f"{path}.since"),
        expected_every_days=7 if rhythm is None else rhythm,
        lag_days=found.days(part("lag"), f"{path}.lag"),
        through=None if through_load else found.day(through, f"{path}.through"),
        through_load=through_load,
    )


def _unpivot(found: Findings, node: Node | None, path: str) -> Unpivot | None:
    if node is None:
        return None
    pairs = found.pairs(node, path, ("columns", "name", "value"))
    columns = found.list_of_words(pairs.items.get("columns"), f"{path}.columns")
    name, value = (found.words(pairs.items.get(key), f"{path}.{key}") for key in ("name", "value"))
    if not (columns and name and value) or name == value:
        found.add("M011", pairs.line, path, "`unpivot` needs `columns`, `name` and `value`")
    return Unpivot(columns, name, value, pairs.line)


def _complete(found: Findings, source: Source, pairs: Pairs) -> None:
    """Check that what the table cannot do without is filled."""
    written = set(found.pairs(pairs.items.get("fields"), "").items)
    line = pairs.lines.get("fields", pairs.line)
    for column in source.table.columns:
        if column.required and column.name not in written:
            way_out = (
                "`id: {make: [columns that tell rows apart]}` makes one."
                if column.name == "id"
                else ""
            )
            found.add(
                "M022",
                line,
                f"{source.path}.fields",
                f"nothing fills `{column.name}`, {column.meaning}, which `{source.table.name}` needs",
                "",
                way_out,
            )
    if source.table.time != "state" and not written & set(source.table.dated_by):
        days = " or ".join(f"`{name}`" for name in source.table.dated_by)
        found.add("M022", line, f"{source.path}.fields", f"nothing dates the rows: fill {days}")
    if source.backdate and not (
        source.table.name == "accounts" and "started_on" in written and not source.is_dated
    ):
        found.add(
            "M013",
            pairs.lines["backdate"],
            f"{source.path}.backdate",
            "needs a table `accounts` with `started_on` and without `valid_from`",
        )


def _agree(found: Findings, sources: list[Source]) -> None:
    """Check what sources say about the same feed, the same table, the same extra column."""
    feeds: dict[str, Feed] = {}
    extras: dict[tuple[str, str], Column] = {}
    dated: dict[str, bool] = {}
    for source in sources:
        name, bare = source.feed.name, Feed(source.feed.name)
        known = feeds.get(name, bare)
        if source.feed != bare and known not in (bare, source.feed):
            found.add(
                "M013",
                source.line,
                f"{source.path}.feed",
                f"the feed `{name}` is described in two ways",
            )
        feeds[name] = known if known != bare else source.feed
        if dated.setdefault(source.table.name, source.is_dated) != source.is_dated:
            found.add(
                "M013",
                source.line,
                source.path,
                f"some sources of `{source.table.name}` fill `valid_from` and some do not",
            )
        for rule in source.rules:
            first = extras.setdefault((source.table.name, rule.field.name), rule.field)
            if (first.type, first.personal, first.person) != (
                rule.field.type,
                rule.field.personal,
                rule.field.person,
            ):
                found.add(
                    "M013",
                    rule.line,
                    rule.path,
                    "the same extra column has another type elsewhere",
                    rule.field.name,
                )
