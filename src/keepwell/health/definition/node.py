"""This file reads YAML into plain nodes that know their line, and rejects everything that a
definition does not need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from keepwell.errors import Fault, Invalid
from keepwell.health.definition import limit

# A card of a hundred measures has some 2,000 nodes in 60 kB: these limits are far above any real document,
# and low enough that a hostile one is rejected within a second.
MOST_BYTES = 300_000
MOST_NODES = 20_000
MOST_DEPTH = 60
# Publishing, checking and scoring read the same few texts again and again, and parsing is most of the work.
REMEMBERED = 32


class Unreadable(Invalid):
    """A document that cannot be read; carries its one fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(faults=(fault,))
        self.fault = fault


@dataclass
class Node:
    """A scalar (`text`), a list (`items`) or a mapping (`entries`), with its line; nobody changes one after parsing.

    Scalars stay text: the reader of a field decides what `no`, `2026-01-01` and `1e3` mean.
    """

    line: int
    text: str | None = None
    is_quoted: bool = False
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None
    key_lines: dict[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        if self.entries is not None:
            return "a mapping"
        return "a list" if self.items is not None else "a value"

    @property
    def is_empty(self) -> bool:
        return self.text is not None and not self.is_quoted and self.text in ("", "~", "null")


@lru_cache(maxsize=REMEMBERED)
def parse(text: str, file: str) -> Node:
    """Read a YAML document.

    Raises `Unreadable` for broken YAML, for more than one document, for tags, anchors and aliases
    (a definition does not need them, and they are how YAML runs code or exhausts memory), and above
    the limits.

    >>> parse("bands:\\n  - name: Green", "card.yaml").entries["bands"].items[0].entries["name"].line
    2
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise Unreadable(
            Fault(
                "Y001",
                file,
                0,
                "",
                f"larger than {MOST_BYTES // 1000} kB",
                "",
                "Pass only the document.",
            )
        )
    if not text.strip():
        raise Unreadable(
            Fault("Y002", file, 1, "", "the file is empty", "", "Write something into it first.")
        )
    try:
        return _build(file, _checked(file, YAML(typ="rt", pure=True).parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not valid YAML: {error.problem or error.context}"
        raise Unreadable(Fault("Y003", file, mark.line + 1 if mark else 0, "", what)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        first = (str(error).splitlines() or ["broken"])[0]
        raise Unreadable(Fault("Y003", file, 0, "", f"not valid YAML: {first}")) from error


def _checked(file: str, events: Iterator[Event]) -> Iterator[Event]:
    """Pass events on, and reject tags, anchors, aliases, depth and size as soon as they occur."""
    depth = count = documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        documents += isinstance(event, DocumentStartEvent)
        starts = isinstance(event, (MappingStartEvent, SequenceStartEvent))
        depth += starts - isinstance(event, CollectionEndEvent)
        count += starts or isinstance(event, ScalarEvent)
        rejected = ""
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            rejected = "anchors and aliases are not supported"
        elif tag := getattr(event, "tag", None):
            rejected = f"the tag `{tag}` is not supported"
        elif documents > 1:
            rejected = "more than one YAML document"
        elif isinstance(event, ScalarEvent) and limit.unstorable(event.value):
            rejected = f"a character that cannot be stored ({limit.unstorable(event.value)})"
        elif depth > MOST_DEPTH:
            rejected = f"nested more than {MOST_DEPTH} levels deep"
        elif count > MOST_NODES:
            rejected = f"more than {MOST_NODES} values"
        if rejected:
            raise Unreadable(Fault("Y004", file, line, "", rejected, "", "Use plain values."))
        yield event


def _build(file: str, events: Iterator[Event]) -> Node:
    """Build nodes from checked events, with a stack of open collections instead of recursion."""
    root: Node | None = None
    stack: list[Node] = []
    keys: list[tuple[str, int] | None] = []
    for event in events:
        if isinstance(event, CollectionEndEvent):
            stack.pop()
            keys.pop()
            continue
        node = _node(event)
        if node is None:
            continue
        if not stack:
            root = node
        elif stack[-1].items is not None:
            stack[-1].items.append(node)
        elif keys[-1] is None:
            keys[-1] = _key(file, stack[-1], node)
            continue
        else:
            assert stack[-1].entries is not None, "an open collection is a list or a mapping"
            name, line = keys[-1]
            stack[-1].entries[name], stack[-1].key_lines[name], keys[-1] = node, line, None
        if node.text is None:
            stack.append(node)
            keys.append(None)
    if root is None:
        raise Unreadable(Fault("Y002", file, 1, "", "the file holds only comments"))
    return root


def _node(event: Event) -> Node | None:
    line = event.start_mark.line + 1 if event.start_mark else 0
    if isinstance(event, MappingStartEvent):
        return Node(line, entries={})
    if isinstance(event, SequenceStartEvent):
        return Node(line, items=[])
    if isinstance(event, ScalarEvent):
        return Node(line, text=str(event.value), is_quoted=event.style is not None)
    return None


def _key(file: str, mapping: Node, node: Node) -> tuple[str, int]:
    if node.text is None:
        raise Unreadable(Fault("Y005", file, node.line, "", "a key must be plain text"))
    if node.text in (mapping.entries or {}):
        first = mapping.key_lines[node.text]
        raise Unreadable(
            Fault("Y006", file, node.line, node.text, f"duplicate field, first on line {first}")
        )
    return node.text, node.line
