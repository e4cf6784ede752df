"""This file tests `keepwell verify`: it reads everything again and names every file that differs."""

from __future__ import annotations

from tests.cli.conftest import Terminal
from tests.cli.test_json import documented


def test_everything_is_read_again(own: Terminal) -> None:
    answer = own.type("verify")
    assert (answer.code, answer.out.startswith("No problems in ")) == (0, True), answer.err
    assert "1 import." in answer.out
    found = own.type("verify", "--json").json
    assert (list(found), found["problems"]) == (documented("verify"), [])


def test_every_damaged_file_is_named(own: Terminal) -> None:
    folder = own.folder / "data" / "datafiles"
    cut, lost = (min((folder / table).glob("facts-*.parquet")) for table in ("usage", "tickets"))
    cut.write_bytes(cut.read_bytes()[:-1])
    lost.unlink()
    answer = own.type("verify")
    assert (answer.code, "2 problems in " in answer.out) == (1, True), answer.out
    found = own.type("verify", "--json")
    assert (found.code, found.json["is_whole"]) == (1, False)
    places = {problem["place"].rpartition("/")[2]: problem["code"] for problem in found.json["problems"]}  # fmt: skip
    assert places == {lost.name: "I121", cut.name: "I122"}
