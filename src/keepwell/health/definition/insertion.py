"""This file inserts an entry into a group of a card's text, and keeps everything else to the
letter."""

from __future__ import annotations

import re

from keepwell.health.definition import node
from keepwell.health.definition.node import Node

_DASH = re.compile(r"( *)- \S")


class NoPlace(ValueError):
    """A group whose entries are not written one below the other; says the way out."""


def insert(text: str, path: str, entry: str) -> str:
    """Insert an entry, given as YAML, after the last one of the group at a path (empty for the card
    itself).

    Raises `node.Unreadable` for a text that is not read, KeyError for a path that is not in it,
    `NoPlace`.

    >>> print(insert("health:\\n  - measure: a\\n    weight: 1\\n\\n# the end\\n", "", "measure: b\\nweight: 0\\n"))
    health:
      - measure: a
        weight: 1
      - measure: b
        weight: 0
    <BLANKLINE>
    # the end
    <BLANKLINE>
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    group, children = _group(node.parse(text, ""), path)
    lines = text.splitlines(keepends=True)
    dash = _DASH.match(lines[children[-1].line - 1]) if children else None
    if dash is None or len({child.line for child in children} - {group.line}) < len(children):
        raise NoPlace(
            "its entries are not one below the other. Start each on a line of its own, with `- `."
        )
    column = len(dash[1])
    end = _end(lines, children[-1].line, column)
    if not lines[end - 1].endswith(("\n", "\r")):
        lines[end - 1] += newline
    first, *others = entry.splitlines()
    written = [" " * column + "- " + first, *(" " * (column + 2) + line for line in others)]
    return "".join([*lines[:end], *(line + newline for line in written), *lines[end:]])


def _group(root: Node, path: str) -> tuple[Node, list[Node]]:
    """Find a group and its entries."""
    entry, name_of_list = root, "health"
    for name in path.split(".") if path else ():
        inside = (entry.entries or {}).get(name_of_list)
        found = [child for child in (inside.items or [] if inside else []) if name in _names(child)]
        if not found:
            raise KeyError(path)
        entry, name_of_list = found[0], "of"
    inside = (entry.entries or {}).get(name_of_list)
    return entry, (inside.items or [] if inside else [])


def _names(child: Node) -> list[str | None]:
    own = child.entries or {}
    return [own[kind].text for kind in ("group", "measure") if kind in own]


def _end(lines: list[str], after: int, column: int) -> int:
    """Find the last line of the entry that starts on line `after`, with its dash in `column`.

    Deeper indented lines belong to it; comments further left and blank lines do if more of it
    follows.
    """
    end = after
    for at, line in enumerate(lines[after:], start=after + 1):
        bare = line.strip()
        is_deeper = len(line) - len(line.lstrip(" ")) > column
        if bare and is_deeper:
            end = at
        elif bare and not bare.startswith("#"):
            break
    return end
