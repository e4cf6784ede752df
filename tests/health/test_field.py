"""This file tests how the fields of a document are read: every fault is collected, none is raised."""

from __future__ import annotations

import pytest

from keepwell.errors import Fault, did_you_mean
from keepwell.health.definition import node
from keepwell.health.definition.field import Faults, Fields, read_number, write_number


def fields(text: str) -> Fields:
    return Fields(node.parse(text, "card.yaml"), "card", Faults("card.yaml"))


def found(read: Fields) -> list[tuple[object, ...]]:
    return [(fault.code, fault.line, fault.path, fault.got) for fault in read.faults.found]


def test_each_kind_of_field_is_read_as_what_it_is() -> None:
    read = fields("name: use\nshare: 80 %\nflag: yes\nlist: [1, 2]\nfree: 'Some words'\nempty:\n")
    assert (read.name("name"), read.number("share"), read.flag("flag"), read.text("free")) == (
        "use",
        0.8,
        True,
        "Some words",
    )
    assert [item.text for item in read.items("list")] == ["1", "2"]
    assert (
        read.text("empty"),
        read.number("absent"),
        read.flag("absent"),
        list(read.items("absent")),
    ) == (
        "",
        None,
        None,
        [],
    )
    read.close()
    assert not found(read)


def test_all_faults_are_found_at_once_with_their_lines() -> None:
    read = fields(
        "name: Use It\nweight: heavy\nflag: perhaps\nlist: 3\nkind: grop\ntext: [1]\nwieght: 2"
    )
    read.name("name")
    read.number("weight")
    read.flag("flag")
    read.items("list")
    read.text("kind", choices=("group", "measure"))
    read.text("text")
    read.text("more", required=True)
    read.close()
    assert found(read) == [
        ("C105", 1, "card.name", "Use It"),
        ("C106", 2, "card.weight", "heavy"),
        ("C108", 3, "card.flag", "perhaps"),
        ("C109", 4, "card.list", ""),
        ("C104", 5, "card.kind", "grop"),
        ("C103", 6, "card.text", ""),
        ("C102", 1, "card.more", ""),
        ("C111", 7, "card.wieght", "wieght"),
    ]


def test_what_is_not_a_mapping_says_so() -> None:
    assert found(fields("- a")) == [("C101", 1, "card", "")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0.0),
        ("-3.5", -3.5),
        (".5", 0.5),
        ("1_000", 1000.0),
        ("80 %", 0.8),
        ("80%", 0.8),
        ("1e3", 1000.0),
        ("+2", 2.0),
    ],
)
def test_numbers_are_written_in_the_usual_ways(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "many", "nan", "inf", "-.inf", "1e999", "0x10", "1,5", "1 000", "%", "--1", "1%%"]
)
def test_what_is_no_finite_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_a_number_out_of_range_says_the_range() -> None:
    read = fields("share: 150 %\nweight: -1\nbest: 1e20")
    read.number("share", least=0, most=1)
    read.number("weight", least=0)
    read.number("best")
    ranges = [(fault.got, fault.way_out) for fault in read.faults.found]
    assert [
        (got, way_out.count("0 % to 100 %"), way_out.count("0 or more")) for got, way_out in ranges
    ] == [
        ("150 %", 1, 0),
        ("-1", 0, 1),
        ("1e20", 0, 0),
    ]


@pytest.mark.parametrize(("number", "written"), [(1.0, 1), (0.5, 0.5), (-2.0, -2), (1e15, 1e15)])
def test_a_number_is_written_without_a_point_it_does_not_need(
    number: float, written: float
) -> None:
    assert write_number(number) == written
    assert isinstance(write_number(number), type(written))


def test_near_names_are_suggested_and_else_all_are_listed() -> None:
    assert did_you_mean("Seat", ["seats", "amount"]) == "Did you mean `seats`?"
    assert did_you_mean("zzz", ["b", "a"]) == "Expected one of: a, b."
    assert did_you_mean("zzz", [f"n{at:02}" for at in range(20)]).endswith("n11, ....")
    assert did_you_mean("zzz", []) == ""


def test_a_fault_without_a_line_names_the_file_alone() -> None:
    assert (
        str(Fault("Y001", "card.yaml", 0, "", "larger than 512 kB", "", "Split it."))
        == "card.yaml: larger than 512 kB. Split it."
    )
