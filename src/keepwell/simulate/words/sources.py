"""This file reads the word lists and sentences kept beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple


class Sentence(NamedTuple):
    """A line of a sentence file: the keys it can be used for, and its text with slots."""

    keys: tuple[str, ...]
    text: str


@cache
def word_lists(name: str) -> Mapping[str, tuple[str, ...]]:
    """Read `lists/NAME.txt`, lines of `key: word, word`."""
    table = {}
    for number, line in enumerate(_lines("lists", name), 1):
        key, colon, words = line.partition(": ")
        assert colon, f"lists/{name}.txt:{number} has no colon: {line}"
        assert key not in table, f"lists/{name}.txt:{number} repeats the key {key}"
        table[key] = tuple(word.strip() for word in words.split(", "))
    return MappingProxyType(table)


@cache
def sentences(name: str) -> tuple[Sentence, ...]:
    """Read `sentences/NAME.txt`, lines of `key, key | text`; the keys may be empty."""
    found = []
    for number, line in enumerate(_lines("sentences", name), 1):
        keys, bar, text = f" {line}".partition(" | ")
        assert bar, f"sentences/{name}.txt:{number} has no bar between spaces: {line}"
        found.append(Sentence(tuple(key.strip() for key in keys.split(",")), text))
    return tuple(found)


@cache
def sentences_by_keys(name: str) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Group the sentences of a file by their keys."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for sentence in sentences(name):
        groups.setdefault(sentence.keys, []).append(sentence.text)
    return MappingProxyType({keys: tuple(texts) for keys, texts in groups.items()})


def _lines(folder: str, name: str) -> list[str]:
    text = resources.files(__package__).joinpath(folder, f"{name}.txt").read_text(encoding="utf-8")
    return text.splitlines()
