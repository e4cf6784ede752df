"""This file changes single fields in the text of a card and leaves every comment and all other
lines unchanged."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from keepwell.health.definition import node


def amend(text: str, edits: Mapping[str, Mapping[str, object]]) -> str:
    """Change fields of entries in the text, and keep every comment and all other lines.

    `edits` maps a path (`adoption.seats_in_use`; empty for the document itself) to fields and their
    new values; None removes a field. Raises `node.Unreadable` for a text that cannot be read,
    KeyError for a path that is not in it.
    """
    node.parse(text, "")  # rejects what a round trip must never construct
    yaml = _round_trip()
    root = yaml.load(text)
    for path, fields in edits.items():
        entry = _entry(root, path)
        for name, value in fields.items():
            if value is None:
                entry.pop(name, None)
            else:
                entry[name] = value
    return dump(root)


def _entry(root: CommentedMap, path: str) -> CommentedMap:
    entry = root
    for name in path.split(".") if path else ():
        children: CommentedSeq | Sequence[Any] = (
            entry.get("of" if entry is not root else "health") or ()
        )
        found = [child for child in children if name in (child.get("group"), child.get("measure"))]
        if not found:
            raise KeyError(path)
        entry = found[0]
    return entry


def _round_trip() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def dump(data: object) -> str:
    """Write plain values as YAML, as a person would."""
    stream = io.StringIO()
    _round_trip().dump(data, stream)
    return stream.getvalue()
