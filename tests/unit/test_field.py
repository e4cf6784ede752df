"""This file tests how the fields of a document are read: every fault is collected, none is raised."""

from __future__ import annotations

import pytest

from keepwell.errors import Fault, did_you_mean
from keepwell.health.definition import node
from keepwell.health.definition.field import Faults, Fields, read_number, write_number


def fields(text: str) -> Fields:
    return Fields(node.parse(text, "card.yaml"), "card", Faults("card.yaml"))


def said(read: Fields) -> list[str]:
    return [f"{fault.code} {fault}" for fault in read.faults.found]


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
    assert not said(read)


def test_all_faults_are_said_at_once_with_line_and_way_out() -> None:
    read = fields(
        "name: Use It\nweight: heavy\nflag: perhaps\nlist: 3\nkind: grop\ntext: [1]\nwieght: 2"
    )
    read.name("name")
    read.number("weight")
    read.flag("flag")
    read.items("list")
    read.text("kind", known=("group", "measure"))
    read.text("text")
    read.text("more", required=True)
    read.close()
    assert said(read) == [
        "C105 card.yaml:1 card.name: is not a name `Use It`. Use small letters, digits and _, beginning with a letter; `title` is free.",
        "C106 card.yaml:2 card.weight: is not a number: `heavy`.",
        "C108 card.yaml:3 card.flag: is yes or no, not `perhaps`.",
        "C109 card.yaml:4 card.list: should be a list, and is a value.",
        "C104 card.yaml:5 card.kind: is not known here: `grop`. Did you mean `group`?",
        "C103 card.yaml:6 card.text: should be a word, and is a list.",
        "C102 card.yaml:1 card.more: is missing.",
        "C111 card.yaml:7 card.wieght: unknown field `wieght`. Did you mean `weight`?",
    ]


def test_what_is_not_a_mapping_says_so() -> None:
    assert said(fields("- a")) == [
        "C101 card.yaml:1 card: should be a mapping of fields, and is a list."
    ]


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
    assert [text.partition("out of range: ")[2] for text in said(read)] == [
        "`150 %`. Write a number from 0 to 1.",
        "`-1`. Write 0 or more.",
        "`1e20`. Write a number from -1e+15 to 1e+15.",
    ]


@pytest.mark.parametrize(("number", "written"), [(1.0, 1), (0.5, 0.5), (-2.0, -2), (1e15, 1e15)])
def test_a_number_is_written_without_a_point_it_does_not_need(
    number: float, written: float
) -> None:
    assert write_number(number) == written
    assert isinstance(write_number(number), type(written))


def test_near_names_are_suggested_and_else_all_are_listed() -> None:
    assert did_you_mean("Seat", ["seats", "amount"]) == "Did you mean `seats`?"
    assert did_you_mean("zzz", ["b", "a"]) == "Known here: a, b."
    assert did_you_mean("zzz", [f"n{at:02}" for at in range(20)]).endswith("n11, ....")
    assert did_you_mean("zzz", []) == ""


def test_a_fault_without_a_line_names_the_file_alone() -> None:
    assert (
        str(Fault("Y001", "card.yaml", 0, "", "larger than 512 kB", "", "Split it."))
        == "card.yaml: larger than 512 kB. Split it."
    )
