"""This file tests that YAML is read as plain values with their lines, and that whatever could do harm is rejected."""

from __future__ import annotations

import pytest

from keepwell.health.definition import node


def rejected(text: str) -> str:
    with pytest.raises(node.Unreadable) as error:
        node.parse(text, "card.yaml")
    return str(error.value)


def test_values_stay_text_and_know_their_line() -> None:
    root = node.parse("# a card\nname: no\nfrom: 2026-01-01\nlist:\n  - 1e3\n", "card.yaml")
    assert root.entries is not None
    assert (root.entries["name"].text, root.entries["from"].text) == ("no", "2026-01-01")
    assert root.key_lines == {"name": 2, "from": 3, "list": 4}
    assert root.entries["list"].items is not None
    assert (root.entries["list"].items[0].text, root.entries["list"].items[0].line) == ("1e3", 5)


def test_an_empty_value_is_empty_unless_it_is_quoted() -> None:
    entries = node.parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n", "card.yaml").entries or {}
    assert [name for name, entry in entries.items() if entry.is_empty] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "card.yaml:1 : the file is empty. Write the document first."),
        ("  \n", "card.yaml:1 : the file is empty. Write the document first."),
        ("# only words", "card.yaml:1 : the file holds no document."),
        ("a: 1\na: 2", "card.yaml:2 a: stands twice: already on line 1."),
        ("? [1, 2]\n: 3", "card.yaml:1 : a key has to be a word."),
        ("a: 1\n---\nb: 2", "card.yaml:2 : a second document begins. Write plain values."),
        (
            "a: &x 1\nb: *x",
            "card.yaml:1 : anchors and aliases are not read here. Write plain values.",
        ),
        ("b: *x", "card.yaml:1 : anchors and aliases are not read here. Write plain values."),
        (
            "a: !!python/object/apply:os.system [ls]",
            "card.yaml:1 : the tag `tag:yaml.org,2002:python/object/apply:os.system` is not",
        ),
        (
            "a: !!python/name:os.system ''",
            "card.yaml:1 : the tag `tag:yaml.org,2002:python/name:os.system` is not read here.",
        ),
        ("a: !include /etc/passwd", "card.yaml:1 : the tag `!include` is not read here."),
        ("a:\n  - [1, 2", "card.yaml:2 : not readable as YAML:"),
        ("\ta: 1", "card.yaml:1 : not readable as YAML:"),
        ("a: b: c", "card.yaml:1 : not readable as YAML:"),
        ("a: \x00", "card.yaml : not readable as YAML:"),
        ("%YAML 9.9\n--- a", "not readable as YAML"),
    ],
)
def test_what_is_no_plain_document_is_refused_with_its_line(text: str, said: str) -> None:
    assert said.replace(" : ", ": ") in rejected(text)


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"{after}: &{after} [*{name}, *{name}, *{name}, *{name}]\n"
        for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "card.yaml:1: anchors and aliases are not read here" in rejected(bomb)


def test_a_document_that_is_too_deep_or_too_large_is_refused() -> None:
    assert f"nested more than {node.MOST_DEPTH} deep" in rejected("[" * 1000 + "]" * 1000)
    assert "larger than 512 kB" in rejected("a: " + "x" * node.MOST_BYTES)


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "MOST_NODES", 100)
    assert "more than 100 values" in rejected("[" + "1, " * 101 + "]")
    assert len(node.parse("[" + "1, " * 98 + "1]", "card.yaml").items or []) == 99


def test_the_deepest_document_allowed_is_read() -> None:
    assert node.parse("[" * node.MOST_DEPTH + "]" * node.MOST_DEPTH, "card.yaml").items is not None
