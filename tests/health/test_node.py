"""This file tests that YAML is read as plain values with their lines, and that whatever could do harm is rejected."""

from __future__ import annotations

import pytest

from keepwell.health.definition import node


def rejected(text: str) -> tuple[str, int, str]:
    """The code of the fault, its line, and the field that it names."""
    with pytest.raises(node.Unreadable) as error:
        node.parse(text, "card.yaml")
    fault = error.value.fault
    return fault.code, fault.line, fault.path


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
    ("text", "fault"),
    [
        ("", ("Y002", 1, "")),
        ("  \n", ("Y002", 1, "")),
        ("# only words", ("Y002", 1, "")),
        ("a: 1\na: 2", ("Y006", 2, "a")),
        ("? [1, 2]\n: 3", ("Y005", 1, "")),
        ("a: 1\n---\nb: 2", ("Y004", 2, "")),
        ("a: &x 1\nb: *x", ("Y004", 1, "")),
        ("b: *x", ("Y004", 1, "")),
        ("a: !!python/object/apply:os.system [ls]", ("Y004", 1, "")),
        ("a: !!python/name:os.system ''", ("Y004", 1, "")),
        ("a: !include /etc/passwd", ("Y004", 1, "")),
        ("a:\n  - [1, 2", ("Y003", 2, "")),
        ("\ta: 1", ("Y003", 1, "")),
        ("a: b: c", ("Y003", 1, "")),
        ("a: \x00", ("Y003", 0, "")),
    ],
)
def test_what_is_no_plain_document_is_rejected_with_its_line(
    text: str, fault: tuple[str, int, str]
) -> None:
    assert rejected(text) == fault


def test_an_unknown_version_of_yaml_is_rejected() -> None:
    assert rejected("%YAML 9.9\n--- a")[0] == "Y003"


def test_a_bomb_of_aliases_is_rejected_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"{after}: &{after} [*{name}, *{name}, *{name}, *{name}]\n"
        for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert rejected(bomb) == ("Y004", 1, "")


def test_a_document_that_is_too_deep_or_too_large_is_rejected() -> None:
    assert rejected("[" * 1000 + "]" * 1000)[0] == "Y004"
    assert rejected("a: " + "x" * node.MOST_BYTES)[0] == "Y001"


def test_too_many_values_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "MOST_NODES", 100)
    assert rejected("[" + "1, " * 101 + "]")[0] == "Y004"
    assert len(node.parse("[" + "1, " * 98 + "1]", "card.yaml").items or []) == 99


def test_the_deepest_document_allowed_is_read() -> None:
    assert node.parse("[" * node.MOST_DEPTH + "]" * node.MOST_DEPTH, "card.yaml").items is not None
