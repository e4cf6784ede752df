"""This file parses YAML text into a plain tree of scalars, lists and maps with their lines; no tag ever builds an object."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from keepwell.errors import Fault, Invalid

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
        _check_size(text, file)
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not valid YAML: {error.problem or error.context}"
        raise _invalid(file, mark.line + 1 if mark else 0, "M001", what) from None
    except (YAMLError, ValueError) as error:
        what = f"not valid YAML: {str(error).splitlines()[0]}"
        raise _invalid(file, 0, "M001", what) from None
    if root is None:
        raise _invalid(file, 0, "M001", "the file is empty", "Start with `sources:`.")
    return _Copier(file).node(root, ())


def _invalid(file: str, line: int, code: str, what: str, way_out: str = "") -> InvalidMapping:
    return InvalidMapping((Fault(code, file, line, "", what, "", way_out),))


def _check_size(text: str, file: str) -> None:
    """Reject deep nesting before ruamel composes it: its composer recurses, and would exhaust the stack."""
    # Events come one by one, without building anything.
    depth = 0
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise _invalid(file, line, "M004", f"nested more than {MAX_DEPTH} levels deep")
        if count > 2 * MAX_NODES:
            raise _invalid(file, line, "M004", f"more than {MAX_NODES} values")
        if not isinstance(event, AliasEvent) and getattr(event, "tag", None):
            raise _invalid(file, line, "M003", "YAML tags are not supported", "Remove the `!...`.")


class _Copier:
    """Copies ruamel's nodes into plain ones, counting what aliases expand to."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def node(self, node: YamlNode, parents: tuple[int, ...]) -> Node:
        self.count += 1
        line = node.start_mark.line + 1
        if self.count > MAX_NODES or id(node) in parents:
            what = f"aliases expand to more than {MAX_NODES} values"
            raise _invalid(self.file, line, "M004", what)
        if isinstance(node, ScalarNode):
            return Scalar(node.value, line, node.style in ("'", '"'))
        parents = (*parents, id(node))
        if isinstance(node, SequenceNode):
            return List(tuple(self.node(item, parents) for item in node.value), line)
        assert isinstance(node, MappingNode), "YAML has three kinds of node"
        return self.map(node, line, parents)

    def map(self, node: MappingNode, line: int, parents: tuple[int, ...]) -> Map:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        duplicates = []
        for key, value in node.value:
            key_line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                raise _invalid(self.file, key_line, "M001", "a key must be a single word")
            name = key.value
            if name in items:
                what = f"duplicate key, first used on line {lines[name]}"
                duplicates.append(Fault("M005", self.file, key_line, name, what))
                continue
            item = self.node(value, parents)
            if isinstance(item, Scalar) and item.is_empty:
                # ruamel places an absent value wherever it stopped reading, often a line too far.
                item = replace(item, line=key_line)
            lines[name], items[name] = key_line, item
        if duplicates:
            raise InvalidMapping(tuple(duplicates))
        return Map(items, lines, line)
