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


def test_orphans_are_listed_and_removed_only_when_asked(own: Terminal) -> None:
    stray = own.folder / "data/datafiles/usage/facts-00000002-aaaaaaaa.parquet"
    stray.write_bytes(b"half")
    (own.folder / "exports/usage.csv").touch()
    assert own.type("import").code == 0
    assert (stray.exists(), own.type("status", "--json").json["orphans"]["files"]) == (False, 1)
    listed = own.type("orphans")
    assert "data/orphans/usage/facts-00000002-aaaaaaaa.parquet" in listed.out
    assert own.type("orphans", "--remove", "--json").json["removed"] is True
    assert own.type("orphans", "--json").json["files"] == []


def test_a_lost_database_is_named_and_its_files_are_listed_again(own: Terminal) -> None:
    before = own.type("status", "--json").json["tables"]
    for path in (own.folder / "data").glob("keepwell.db*"):
        path.unlink()
    answer = own.type("status")
    assert (answer.code, "the app database has no load: it is new" in answer.err) == (1, True)
    assert own.type("verify", "--rebuild-manifest").code == 0
    after = own.type("status", "--json").json["tables"]
    assert [(row["table"], row["rows"]) for row in after] == [
        (row["table"], row["rows"]) for row in before
    ]
    assert own.type("verify").code == 0


def test_losses_are_only_accepted_where_a_manifest_is_rebuilt(own: Terminal) -> None:
    assert own.type("verify", "--accept-losses").code == 2
