"""This file tests published cards: listing them, printing one, comparing two, and rolling back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented


@pytest.fixture
def card(fresh: Terminal) -> Path:
    return fresh.folder / "cards" / "health.yaml"


@pytest.fixture
def two(fresh: Terminal, card: Path) -> Terminal:
    """A workspace with two versions: in Ben's the whole area of usage weighs less."""
    fresh.type("publish", str(card), "--note", "first")
    card.write_text(
        card.read_text(encoding="utf-8").replace("weight: 35", "weight: 30"), encoding="utf-8"
    )
    assert fresh.type("publish", str(card), "--note", "usage weighs less", "--by", "Ben").code == 0
    return fresh


def test_versions_are_listed_with_who_and_why(two: Terminal) -> None:
    shown = two.type("versions").out
    assert shown.index("usage weighs less") < shown.index("first")
    assert "keepwell diff 1 2" in shown
    listed = two.type("versions", "--json").json
    assert [(row["version"], row["parent"], row["by"], row["note"]) for row in listed] == [
        (2, 1, "Ben", "usage weighs less"),
        (1, None, "Ana", "first"),
    ]
    assert {row["accounts"] for row in listed} == {None}
    assert list(listed[0]) == documented("versions")


def test_versions_show_what_was_scored_with_them(starter: Terminal) -> None:
    (only,) = starter.type("versions", "--json").json
    assert (only["dates"], only["latest_on"], only["accounts"]) == (2, AS_OF, 28)
    assert "28 accounts, latest on 2026-11-01" in starter.type("versions").out


def test_a_version_is_printed_as_a_working_copy(two: Terminal, card: Path) -> None:
    assert two.type("versions", "2").out == card.read_text(encoding="utf-8")
    first = two.type("versions", "1").out
    assert first.endswith("# published as version 1\n")
    card.write_text(first, encoding="utf-8")
    rejected = two.type("publish", str(card), "--note", "again")
    assert rejected.code == 1
    assert "published by Ben" in rejected.err
    assert "weight: 35" in two.type("versions", "1", "--json").json["text"]


@pytest.mark.parametrize(
    ("number", "code"), [("9", 1), ("9" * 30, 1), ("0", 2), ("-1", 2), ("two", 2)]
)
def test_an_unknown_version_is_rejected(two: Terminal, number: str, code: int) -> None:
    answer = two.type("versions", number)
    assert answer.code == code
    assert code == 2 or "latest is 2" in answer.err


def test_before_the_first_version_there_is_a_next_step(fresh: Terminal) -> None:
    assert "keepwell publish" in fresh.type("versions").out
    assert fresh.type("versions", "--json").json == []
    assert fresh.type("versions", "1", "--json").json["code"] == "S106"


def test_a_card_without_a_last_line_break_is_not_published_twice(
    fresh: Terminal, card: Path
) -> None:
    card.write_text(card.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert fresh.type("publish", str(card), "--note", "first", "--json").json["is_new"]
    assert not fresh.type("publish", str(card), "--note", "again", "--json").json["is_new"]


def test_differences_are_shown_in_words_and_line_by_line(two: Terminal) -> None:
    shown = two.type("diff", "1", "2").out
    assert "~ Product usage: weight is now 30, was 35" in shown
    assert "\n-    weight: 35\n+    weight: 30\n" in shown
    answer = two.type("diff", "1", "2", "--json").json
    assert list(answer) == documented("diff")
    assert [(each["kind"], each["path"]) for each in answer["differences"]] == [
        ("changed", "usage")
    ]


def test_the_note_of_the_version_in_a_file_is_no_difference(two: Terminal, card: Path) -> None:
    same = two.type("diff", "2", str(card), "--json").json
    assert (same["differences"], same["lines"]) == ([], [])
    card.write_text("# a comment\n" + card.read_text(encoding="utf-8"), encoding="utf-8")
    commented = two.type("diff", "2", str(card), "--json").json
    assert (commented["differences"], len(commented["lines"]) > 0) == ([], True)
    assert "weight is now 35" in two.type("diff", str(card), "1").out


def test_texts_alone_need_not_be_valid_cards(two: Terminal, card: Path) -> None:
    card.write_text(
        card.read_text(encoding="utf-8").replace("take: active days", "take: active hours"),
        encoding="utf-8",
    )
    rejected = two.type("diff", "2", str(card))
    assert rejected.code == 1
    assert "active hours" in rejected.err
    assert "--text" in rejected.err
    assert "+        take: active hours" in rejected.out
    answer = two.type("diff", "2", str(card), "--json")
    assert (answer.code, answer.json["differences"], len(answer.json["faults"])) == (1, None, 1)
    lines = two.type("diff", "2", str(card), "--text")
    assert lines.code == 0
    assert lines.out.startswith("--- version 2\n")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["1", "9"], 1, "latest is 2"),
        (["1", "nowhere.yaml"], 2, "no file `nowhere.yaml`"),
        (["1"], 2, "AFTER"),
    ],
)
def test_a_difference_needs_two_cards(
    two: Terminal, words: list[str], code: int, says: str
) -> None:
    answer = two.type("diff", *words)
    assert answer.code == code
    assert says in answer.err


def test_a_card_with_text_below_its_note_is_still_known(two: Terminal, card: Path) -> None:
    more = "  - {segment: large, when: employees >= 500, weights: {usage: 50}}\n"  # the card ends with its segments
    card.write_text(card.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert "Added segment large" in two.type("diff", "2", str(card)).out
    published = two.type("publish", str(card), "--note", "large ones", "--json").json
    assert (published["version"], published["parent"]) == (3, 2)
    assert card.read_text(encoding="utf-8").count("# published as version") == 1


def test_going_back_is_one_more_version(two: Terminal, card: Path) -> None:
    before = two.type("versions", "1", "--json").json
    back = two.type("rollback", "1", "--note", "too lenient", "--json").json
    assert list(back) == documented("publish")
    assert (back["version"], back["parent"], back["by"], back["is_new"]) == (3, 2, "Ana", True)
    assert two.type("diff", "1", "3", "--json").json["lines"] == []
    assert two.type("versions", "1", "--json").json == before
    assert [row["version"] for row in two.type("versions", "--json").json] == [3, 2, 1]
    rejected = two.type("publish", str(card), "--note", "mine", "--parent", "1")
    assert rejected.code == 1
    assert "keepwell diff 1 3" in rejected.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["2", "--note", "x"], 1, "2 is the latest"),
        (["7", "--note", "x"], 1, "latest is 2"),
        (["1"], 2, "--note"),
        (["1", "--note", " "], 2, "--note"),
        (["0", "--note", "x"], 2, "VERSION"),
    ],
)
def test_going_back_needs_a_version_and_a_reason(
    two: Terminal, words: list[str], code: int, says: str
) -> None:
    answer = two.type("rollback", *words)
    assert answer.code == code
    assert says in answer.err
    assert len(two.type("versions", "--json").json) == 2


@pytest.mark.parametrize(
    "command", [["publish", "CARD"], ["rollback", "1"]], ids=lambda words: words[0]
)
@pytest.mark.parametrize(
    ("words", "says"),
    [(["--note", "\udcff"], "UTF-8"), (["--note", "x", "--by", "\udcff"], "UTF-8"), (["--note", "x", "--by", "y" * 201], "the limit is 200")],
)  # fmt: skip
def test_a_note_or_name_that_cannot_be_stored_is_wrong_use(
    two: Terminal, card: Path, command: list[str], words: list[str], says: str
) -> None:
    answer = two.type(*[str(card) if word == "CARD" else word for word in command], *words)
    assert answer.code == 2
    assert says in " ".join(answer.err.replace("│", " ").split())
    assert len(two.type("versions", "--json").json) == 2


def test_publishing_sooner_than_the_card_s_calendar_is_advised_against(
    fresh: Terminal, card: Path
) -> None:
    text = "review_every: 26 weeks\n" + card.read_text(encoding="utf-8")
    card.write_text(text, encoding="utf-8")
    assert fresh.type("publish", str(card), "--note", "first", "--json").json["advice"] == []
    assert fresh.type("publish", str(card), "--note", "again", "--json").json["advice"] == []
    card.write_text(
        card.read_text(encoding="utf-8").replace("weight: 35", "weight: 30"), encoding="utf-8"
    )
    answer = fresh.type("publish", str(card), "--note", "tuned")
    assert answer.code == 0
    assert "advice C741" in answer.out
    assert "is 182 days" in answer.out
    card.write_text(
        card.read_text(encoding="utf-8").replace("weight: 30", "weight: 25"), encoding="utf-8"
    )
    (advice,) = fresh.type("publish", str(card), "--note", "tuned again", "--json").json["advice"]
    assert (advice["code"], advice["is_error"]) == ("C741", False)
    assert "C741" not in fresh.type("rollback", "1", "--note", "leave it").out


def test_a_card_outside_the_workspace_is_written_to_only_when_asked(
    two: Terminal, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    text = two.type("versions", "1").out.replace("least_coverage: 50 %", "least_coverage: 40 %")
    elsewhere.write_text(text, encoding="utf-8")
    before = elsewhere.read_bytes()
    answer = two.type("publish", str(elsewhere), "--note", "from elsewhere", "--parent", "2")
    assert (answer.code, elsewhere.read_bytes()) == (0, before), answer.err
    assert "outside the workspace" in answer.out
    again = two.type("publish", str(elsewhere), "--note", "x", "--parent", "3", "--update-file")
    assert (again.code, b"# published as version 3" in elsewhere.read_bytes()) == (0, True)
