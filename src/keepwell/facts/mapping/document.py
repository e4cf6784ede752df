"""This file parses YAML text into a plain tree of scalars, lists and maps with their lines; no tag ever builds an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from keepwell.errors import Fault, Invalid
from keepwell.health.definition import limit

MAX_BYTES = 1_000_000  # a mapping written by hand has a few thousand
MAX_DEPTH = 20
MAX_NODES = 20_000  # with aliases expanded, so that ten lines cannot become a billion values


class InvalidMapping(Invalid):
    """A mapping has faults; `faults` lists them all."""

    code = "M000"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults=faults)


# Values stay text with their line: YAML's own types would turn `no`, `0x1F` and dates into something else.
@dataclass(frozen=True)
class Scalar:
    """One value, as written."""

    text: str
    line: int
    is_quoted: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.is_quoted and self.text.lower() in ("", "~", "null")


@dataclass(frozen=True)
class List:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True)
class Map:
    """Keys with their values, and the line of each key."""

    items: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | List | Map


def parse(text: str, file: str) -> Node:
    """Parse YAML text; raises `InvalidMapping`.

    >>> parse("a: [1, no]", "x.yaml").items["a"].items[1].text
    'no'
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise _invalid(file, 0, "M002", "larger than 1 MB", "Is this the right file?")
    try:
        return _Builder(file, YAML(typ="safe", pure=True).parse(text)).root()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not valid YAML: {error.problem or error.context}"
        raise _invalid(file, mark.line + 1 if mark else 0, "M001", what) from None
    except (YAMLError, ValueError) as error:
        what = f"not valid YAML: {str(error).splitlines()[0]}"
        raise _invalid(file, 0, "M001", what) from None


def _invalid(file: str, line: int, code: str, what: str, way_out: str = "") -> InvalidMapping:
    return InvalidMapping((Fault(code, file, line, "", what, "", way_out),))


class _Builder:
    """Builds the tree out of the parser's events, in one pass: parsing is slow, and ruamel's own tree needs another."""

    def __init__(self, file: str, events: Iterable[Event]) -> None:
        self.file = file
        self.events = self._checked(events)
        self.count = 0
        # By name: what an anchor stands for and how many nodes that is; nothing while it is still being built.
        self.anchors: dict[str, tuple[Node, int] | None] = {}

    def _checked(self, events: Iterable[Event]) -> Iterator[Event]:
        depth = 0
        for count, event in enumerate(events):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            line = _line(event)
            # Before anything is built of it, which recurses.
            if depth > MAX_DEPTH:
                raise _invalid(self.file, line, "M004", f"nested more than {MAX_DEPTH} levels deep")
            if count > 2 * MAX_NODES:
                raise _invalid(self.file, line, "M004", f"more than {MAX_NODES} values")
            if not isinstance(event, AliasEvent) and getattr(event, "tag", None):
                what, way_out = "YAML tags are not supported", "Remove the `!...`."
                raise _invalid(self.file, line, "M003", what, way_out)
            yield event

    def root(self) -> Node:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), StreamEndEvent):
            raise _invalid(self.file, 0, "M001", "the file is empty", "Start with `sources:`.")
        root = self.node(next(self.events))
        next(self.events)  # the end of the document
        if not isinstance(after := next(self.events), StreamEndEvent):
            what = "not valid YAML: expected a single document"
            raise _invalid(self.file, _line(after), "M001", what, "Remove the `---`.")
        return root

    def node(self, event: Event) -> Node:
        assert isinstance(event, NodeEvent), "the parser gives a node wherever one can stand"
        line, before = _line(event), self.count
        if isinstance(event, AliasEvent):
            return self.alias(event.anchor, line)
        self.counted(1, line)
        if event.anchor:
            self.anchors[event.anchor] = None
        node: Node
        if isinstance(event, ScalarEvent):
            self.check_text(event.value, line)
            node = Scalar(event.value, line, event.style in ("'", '"'))
        elif isinstance(event, SequenceStartEvent):
            node = List(tuple(self.node(item) for item in self.until_end()), line)
        else:
            node = self.map(line)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.count - before)
        return node

    def until_end(self) -> Iterator[Event]:
        while not isinstance(event := next(self.events), CollectionEndEvent):
            yield event

    def counted(self, nodes: int, line: int) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            what = f"aliases expand to more than {MAX_NODES} values"
            raise _invalid(self.file, line, "M004", what)

    def alias(self, name: str, line: int) -> Node:
        if name not in self.anchors:
            raise _invalid(self.file, line, "M001", f"not valid YAML: undefined alias `{name}`")
        # What stands for something that it is itself a part of has no end.
        node, count = self.anchors[name] or (Scalar("", line), MAX_NODES)
        self.counted(count, line)
        return node

    def check_text(self, text: str, line: int) -> None:
        """Reject what an escape in quotes can smuggle in, and no file or database can hold."""
        if character := limit.unstorable(text):
            what = f"contains a character that cannot be stored: {character}"
            raise _invalid(self.file, line, "M003", what, "Remove the escape.")

    def map(self, line: int) -> Map:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        duplicates = []
        for event in self.until_end():
            key_line, before = _line(event), self.count
            key = self.node(event)
            if not isinstance(key, Scalar):
                raise _invalid(self.file, key_line, "M001", "a key must be a single word")
            self.count = before  # only values count
            name, item = key.text, self.node(next(self.events))
            if name in items:
                what = f"duplicate key, first used on line {lines[name]}"
                duplicates.append(Fault("M005", self.file, key_line, name, what))
                continue
            if isinstance(item, Scalar) and item.is_empty:
                # ruamel places an absent value wherever it stopped reading, often a line too far.
                item = replace(item, line=key_line)
            lines[name], items[name] = key_line, item
        if duplicates:
            raise InvalidMapping(tuple(duplicates))
        return Map(items, lines, line)


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
