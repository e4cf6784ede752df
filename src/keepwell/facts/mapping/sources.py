"""This file reads a whole mapping: its sources, their feeds and formats, and every field of every table."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath

from keepwell.errors import did_you_mean
from keepwell.facts.mapping import field_rules
from keepwell.facts.mapping.document import InvalidMapping, Map, Node, Scalar, parse
from keepwell.facts.mapping.field_rules import OPERATIONS, ORIGINS
from keepwell.facts.mapping.mapping import Feed, Mapping, Rule, Source, Unpivot
from keepwell.facts.mapping.parser import Parser
from keepwell.facts.readers.folder import leads_outside
from keepwell.facts.readers.format import Format
from keepwell.facts.schema import TABLES
from keepwell.health.definition import limit
from keepwell.health.definition.table import LOAD_COLUMNS, TYPES, Column, Table, Type

SOURCE_KEYS = (
    "file", "table", "format", "feed", "people", "backdate", "fields", "extras", "unpivot",
)  # fmt: skip
FORMAT_KEYS = ("delimiter", "encoding", "decimal", "thousands", "sheet", "skip")
FEED_KEYS = ("name", "covers", "since", "expected_every", "stale_for", "lag", "through")
EXTRA_KEYS = ("type", "personal", "person", "meaning")
# Names that a column of a mapping's own cannot have: those that staging, loading and comparing add to its rows.
RESERVED = frozenset(
    [*(column.name for column in LOAD_COLUMNS), "file", "line", "people", "superseded_by", "rowid", "fact"]
)  # fmt: skip
APP_FEED = "app"  # what people type into Keepwell: a mapping that describes it would change what it promises
LONGEST_MEANING = 500  # characters
THOUSANDS = (".", ",", " ", "'", "\u00a0", "\u202f", "_")
DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Codecs of text that no export is written in, and whose decoders are slow or leave bytes that are not text.
_UNSUITABLE = ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7")


def read(text: str, file: str = "mapping.yaml") -> Mapping:
    """Read a mapping; raises `InvalidMapping` with all its faults, each with its line."""
    parser = Parser(file)
    top = parser.map(parse(text, file), "", ("zone", "sources"))
    zone = parser.zone(top.items.get("zone"), "zone")
    nodes = parser.list(top.items.get("sources"), "sources")
    if not nodes and not parser.faults:
        way_out = "List at least one `file` with its `table` and `fields`."
        parser.fault("M011", top.line, "sources", "there are no sources", "", way_out)
    found = (_source(parser, node, f"sources[{place}]") for place, node in enumerate(nodes))
    sources = tuple(source for source in found if source)
    _check_consistency(parser, sources)
    if parser.faults:
        # In the order in which a person goes through the file.
        raise InvalidMapping(tuple(sorted(parser.faults, key=lambda fault: fault.line)))
    return Mapping(file, zone, sources)


def _source(parser: Parser, node: Node, path: str) -> Source | None:
    map_ = parser.map(node, path, SOURCE_KEYS)
    item = map_.items.get
    file = parser.text(item("file"), f"{path}.file")
    line = map_.lines.get("file", map_.line)
    if not file:
        way_out = "Name a file, or a pattern such as `events_*.csv`."
        parser.fault("M011", line, path, "`file` is missing", "", way_out)
    elif leads_outside(file):
        what, way_out = "is outside the imported folder:", "Use a name or pattern inside it."
        parser.fault("M013", line, f"{path}.file", what, file, way_out)
    table_name = parser.text(item("table"), f"{path}.table")
    feed = _feed(parser, item("feed"), f"{path}.feed", _stem(file))
    if feed.name == APP_FEED:
        line = map_.lines.get("feed", map_.line)
        way_out = (
            "It is that of what people type into Keepwell. Give this feed another: `feed: NAME`."
        )
        parser.fault("M013", line, f"{path}.feed", "reserved name:", APP_FEED, way_out)
    if table_name not in TABLES:
        what = "unknown table" if table_name else "`table` is missing"
        line = map_.lines.get("table", map_.line)
        way_out = did_you_mean(table_name, TABLES)
        # Without a table there are no fields to check, so its other faults are found later.
        parser.fault("M020", line, f"{path}.table", what, table_name, way_out)
        return None
    table = TABLES[table_name]
    backdate = parser.choice(item("backdate"), f"{path}.backdate", ("since_start",), "")
    source = Source(
        file,
        path,
        map_.line,
        table,
        format=_format(parser, item("format"), f"{path}.format"),
        feed=feed,
        people=parser.text(item("people"), f"{path}.people", limit.KEY) or feed.name,
        backdate=backdate != "",
        rules=(*_fields(parser, map_, table, path), *_extras(parser, map_, table, path)),
        unpivot=_unpivot(parser, item("unpivot"), f"{path}.unpivot"),
    )
    _check_completeness(parser, source, map_)
    return source


def _stem(file: str) -> str:
    """Name the feed of a file that has no `feed`: the file's name without its ending and its wildcards."""
    stem = re.sub(r"[\W_]*[*?\[\]]+[\W_]*", "", PurePosixPath(file).name.split(".")[0])
    return stem[: limit.KEY] or "files"


def _fields(parser: Parser, map_: Map, table: Table, path: str) -> list[Rule]:
    found = []
    fields = parser.map(map_.items.get("fields"), f"{path}.fields")
    for name, node in fields.items.items():
        where, column = f"{path}.fields.{name}", table.column(name)
        if column:
            found.append(field_rules.read(parser, node, column, where))
            continue
        ours = [each.name for each in table.columns if name.lower() in each.known_as]
        way_out = (
            f"It is called `{ours[0]}` here."
            if ours
            else f"{did_you_mean(name, table.names)} Put columns of your own under `extras`."
        )
        what = f"`{table.name}` has no field"
        parser.fault("M021", fields.lines[name], where, what, name, way_out)
    return found


def _extras(parser: Parser, map_: Map, table: Table, path: str) -> list[Rule]:
    found = []
    extras = parser.map(map_.items.get("extras"), f"{path}.extras")
    for name, node in extras.items.items():
        where, line = f"{path}.extras.{name}", extras.lines[name]
        if not _NAME.fullmatch(name) or name in RESERVED or name.endswith("_given"):
            what = "reserved name:" if _NAME.fullmatch(name) else "not a column name:"
            way_out = "Use lower-case letters, digits and _, and a name that is not reserved."
            parser.fault("M013", line, where, what, name, way_out)
        elif table.column(name):
            what, way_out = f"`{table.name}` already has a field", "Move it to `fields`."
            parser.fault("M013", line, where, what, name, way_out)
        else:
            found.append(_extra(parser, node, name, where))
    return found


def _extra(parser: Parser, node: Node, name: str, path: str) -> Rule:
    map_ = parser.map(node, path, ORIGINS + OPERATIONS + EXTRA_KEYS)
    item = map_.items.get
    kind = parser.text(item("type"), f"{path}.type")
    if kind not in TYPES:
        line, what = (
            map_.lines.get("type", map_.line),
            "unknown type" if kind else "`type` is missing",
        )
        parser.fault("M011", line, path, what, kind, did_you_mean(kind, TYPES))
    type_: Type = next((known for known in TYPES if known == kind), "text")
    personal = parser.flag(item("personal"), f"{path}.personal")
    person = parser.flag(item("person"), f"{path}.person")
    meaning = (
        parser.text(item("meaning"), f"{path}.meaning", LONGEST_MEANING)
        or "an extra column of this workspace"
    )
    column = Column(name, type_, meaning, personal=personal, person=person)
    if isinstance(node, Scalar):
        return Rule(column, path, node.line)
    return field_rules.read(parser, map_, column, path, EXTRA_KEYS)


def _format(parser: Parser, node: Node | None, path: str) -> Format:
    map_ = parser.map(node, path, FORMAT_KEYS)
    item = map_.items.get

    def as_written(key: str) -> str:
        # Not stripped like other values: a space can be the delimiter, or stand between thousands.
        node = item(key)
        return node.text if isinstance(node, Scalar) else ""

    def fault(key: str, what: str, got: str, way_out: str = "") -> None:
        parser.fault("M013", map_.lines[key], f"{path}.{key}", what, got, way_out)

    delimiter = DELIMITERS.get(as_written("delimiter"), as_written("delimiter"))
    if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
        fault("delimiter", "a delimiter is one character, not", delimiter)
    encoding = parser.text(item("encoding"), f"{path}.encoding")
    if encoding and not _is_text_encoding(encoding):
        fault("encoding", "unknown encoding", encoding, "Try utf-8, windows-1252 or utf-16.")
    decimal = parser.choice(item("decimal"), f"{path}.decimal", (".", ","), ".")
    thousands = as_written("thousands")
    if thousands and (thousands not in THOUSANDS or thousands == decimal):
        fault("thousands", "not a thousands separator:", thousands)
    skip = parser.number(item("skip"), f"{path}.skip") or 0
    if skip < 0 or skip > 1000 or skip != int(skip):
        fault("skip", "not a number of lines from 0 to 1000:", str(skip))
    sheet = parser.text(item("sheet"), f"{path}.sheet")
    return Format(
        delimiter or None, encoding or None, decimal, thousands, sheet or None, int(skip), map_.line
    )


def _is_text_encoding(name: str) -> bool:
    """Tell whether Python knows an encoding of text by this name; it also has codecs that unpack archives."""
    try:
        return bool(codecs.lookup(name)._is_text_encoding) and name.lower() not in _UNSUITABLE
    except (LookupError, ValueError):
        return False


def _feed(parser: Parser, node: Node | None, path: str, default: str) -> Feed:
    if node is None or isinstance(node, Scalar):
        return Feed(parser.text(node, path, limit.KEY) or default)
    map_ = parser.map(node, path, FEED_KEYS)
    item = map_.items.get
    through = item("through")
    through_load = isinstance(through, Scalar) and through.text == "load"
    expected_every = parser.days(item("expected_every"), f"{path}.expected_every")
    covers = parser.choice(item("covers"), f"{path}.covers", ("all", "named"), "all")
    return Feed(
        parser.text(item("name"), f"{path}.name", limit.KEY) or default,
        covers="named" if covers == "named" else "all",
        since=parser.day(item("since"), f"{path}.since"),
        expected_every_days=7 if expected_every is None else expected_every,
        stale_for_days=parser.days(item("stale_for"), f"{path}.stale_for"),
        lag_days=parser.days(item("lag"), f"{path}.lag"),
        through=None if through_load else parser.day(through, f"{path}.through"),
        through_load=through_load,
    )


def _unpivot(parser: Parser, node: Node | None, path: str) -> Unpivot | None:
    if node is None:
        return None
    map_ = parser.map(node, path, ("columns", "name", "value"))
    columns = parser.texts(map_.items.get("columns"), f"{path}.columns")
    name, value = (parser.text(map_.items.get(key), f"{path}.{key}") for key in ("name", "value"))
    if not (columns and name and value) or name == value:
        what = "`unpivot` needs `columns`, and a different `name` and `value`"
        parser.fault("M011", map_.line, path, what)
    return Unpivot(columns, name, value, map_.line)


def _check_completeness(parser: Parser, source: Source, map_: Map) -> None:
    """Check that everything that the table requires is filled."""
    table, path = source.table, source.path
    filled = set(parser.map(map_.items.get("fields"), "").items)
    line = map_.lines.get("fields", map_.line)
    for column in table.columns:
        if column.required and column.name not in filled:
            what = f"`{table.name}` needs `{column.name}` ({column.meaning})"
            way_out = (
                "No such column? `id: {make: [columns that tell rows apart]}` makes one."
                if column.name == "id"
                else ""
            )
            parser.fault("M022", line, f"{path}.fields", what, "", way_out)
    # A state without a date is valid from its import; an event or a term has no day at all.
    if table.time != "state" and not filled & set(table.dated_by):
        days = " or ".join(f"`{name}`" for name in table.dated_by)
        parser.fault("M022", line, f"{path}.fields", f"`{table.name}` needs a date: fill {days}")
    can_backdate = table.name == "accounts" and "started_on" in filled and not source.is_dated
    if source.backdate and not can_backdate:
        what = "`backdate` needs `accounts` with `started_on` and without `valid_from`"
        parser.fault("M013", map_.lines["backdate"], f"{path}.backdate", what)


def _check_consistency(parser: Parser, sources: tuple[Source, ...]) -> None:
    """Check that sources agree about a feed, a table or an extra column that they share."""
    feeds: dict[str, Feed] = {}
    extras: dict[tuple[str, str], Column] = {}
    dated: dict[str, bool] = {}
    for source in sources:
        name, bare = source.feed.name, Feed(source.feed.name)
        known = feeds.get(name, bare)
        if source.feed != bare and known not in (bare, source.feed):
            what = f"the feed `{name}` is described twice, differently"
            way_out = "Describe it once; elsewhere its name is enough."
            parser.fault("M013", source.line, f"{source.path}.feed", what, "", way_out)
        # The first source may only name the feed, and a later one describe it.
        feeds[name] = known if known != bare else source.feed
        if dated.setdefault(source.table.name, source.is_dated) != source.is_dated:
            what = f"some sources of `{source.table.name}` fill `valid_from`, others do not"
            parser.fault("M013", source.line, source.path, what)
        for rule in source.rules:
            column = rule.field
            first = extras.setdefault((source.table.name, column.name), column)
            if (first.type, first.personal, first.person) != (
                column.type,
                column.personal,
                column.person,
            ):
                what = "another source gives this extra column another type:"
                parser.fault("M013", rule.line, rule.path, what, column.name)
