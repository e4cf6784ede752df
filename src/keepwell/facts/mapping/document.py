"""This file turns YAML text into a plain tree of words, lists and keys with their lines, and into nothing else: no tag ever builds an object."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as Composed

from keepwell.errors import Fault, Invalid

LARGEST = 1_000_000  # bytes: a mapping written by hand has a few thousand
DEEPEST = 20
MOST_NODES = 20_000  # after aliases are followed, so ten lines cannot unfold into a billion


class InvalidMapping(Invalid):
    """A document has faults; `faults` lists them all."""

    code = "M000"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults=faults)


@dataclass(frozen=True)
class Words:
    """One value, as written."""

    text: str
    line: int
    is_quoted: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.is_quoted and self.text.lower() in ("", "~", "null")


@dataclass(frozen=True)
class Items:
    """A list of values."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True)
class Pairs:
    """Keys with their values, and the line of each key."""

    items: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Words | Items | Pairs


def composed(text: str, file: str) -> Node:
    """Read YAML text; raises `InvalidMapping`.

    >>> composed("a: [1, no]", "x.yaml").items["a"].items[1].text
    'no'
    """
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise _faulty(file, 0, "M002", "larger than 1 MB", "A mapping is a page or two of text.")
    try:
        _guard(text, file)
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not readable as YAML: {error.problem or error.context}"
        raise _faulty(file, mark.line + 1 if mark else 0, "M001", what) from None
    except (YAMLError, ValueError) as error:
        raise _faulty(
            file, 0, "M001", f"not readable as YAML: {str(error).splitlines()[0]}"
        ) from None
    if root is None:
        raise _faulty(file, 0, "M001", "nothing in it", "It begins with `sources:`.")
    return _Unfolding(file).node(root, ())


def _faulty(file: str, line: int, code: str, what: str, way_out: str = "") -> InvalidMapping:
    return InvalidMapping((Fault(code, file, line, "", what, "", way_out),))


def _guard(text: str, file: str) -> None:
    """Stop before composing what is too deep: the composer calls itself for every level."""
    depth = 0
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        line = event.start_mark.line + 1
        if depth > DEEPEST:
            raise _faulty(file, line, "M004", f"nested more than {DEEPEST} deep")
        if count > 2 * MOST_NODES:
            raise _faulty(file, line, "M004", f"more than {MOST_NODES} values")
        if not isinstance(event, AliasEvent) and getattr(event, "tag", None):
            raise _faulty(
                file,
                line,
                "M003",
                "a tag, which has no meaning here",
                "Remove what begins with `!`.",
            )


class _Unfolding:
    """Copies composed nodes into plain ones, counting what aliases unfold to."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def node(self, node: Composed, above: tuple[int, ...]) -> Node:
        self.count += 1
        line = node.start_mark.line + 1
        if self.count > MOST_NODES or id(node) in above:
            raise _faulty(
                self.file, line, "M004", f"aliases unfold to more than {MOST_NODES} values"
            )
        if isinstance(node, ScalarNode):
            return Words(node.value, line, node.style in ("'", '"'))
        inside = (*above, id(node))
        if isinstance(node, SequenceNode):
            return Items(tuple(self.node(item, inside) for item in node.value), line)
        assert isinstance(node, MappingNode), "YAML has three kinds of node"
        return self.pairs(node, line, inside)

    def pairs(self, node: MappingNode, line: int, above: tuple[int, ...]) -> Pairs:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        twice = []
        for key, value in node.value:
            key_line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                raise _faulty(
                    self.file, key_line, "M001", "a key that is a list or has keys itself"
                )
            name = key.value
            if name in items:
                twice.append(
                    Fault(
                        "M005",
                        self.file,
                        key_line,
                        name,
                        f"a key written twice, first on line {lines[name]}",
                    )
                )
            else:
                node_ = self.node(value, above)
                is_nothing = isinstance(node_, Words) and node_.is_empty  # has no place of its own
                lines[name], items[name] = (
                    key_line,
                    replace(node_, line=key_line) if is_nothing else node_,
                )
        if twice:
            raise InvalidMapping(tuple(twice))
        return Pairs(items, lines, line)
