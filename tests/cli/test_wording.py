"""This file holds what commands say, word for word; all other tests of commands hold what they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, STARTER, Terminal

FIRST = 'keepwell publish cards/health.yaml --note "Our first scorecard"'


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("explain nobody", "No account is called `nobody`."),
        ("explain Kiln --live --as-of 2026-11-01", "Use --live alone: it takes the latest published card and everything imported so far."),
        ("changed A-102 --from 2026-10-02", "There are no published scores for 2026-10-02. Next: keepwell score --as-of 2026-10-02"),
        ("changed A-102 --to 2026-10-01", "2026-10-01 is the first date with scores. Score an earlier one: keepwell score --as-of DAY"),
        ("changed A-102 --versions 1 1 --from 2026-10-01", "Use --versions or --from, not both. --to gives the date for versions."),
        ("replay abc --as-of 2026-11-01", "Give a run or --as-of, not both."),
        ("score --every week", "Give --from too: the first date."),
        ("score --as-of 2026-10-01 --from 2026-09-01", "Use --as-of for one date, or --from and --to for many."),
        ("score --from 2026-09-02 --to 2026-09-01", "--from 2026-09-02 is after --to 2026-09-01."),
        ("score --from 1990-01-01 --to 2100-01-01 --every day", "1990-01-01 to 2100-01-01 is more than 4,000 dates. Score fewer at a time."),
        ("score --from 2026-09-01 --every fortnight", "--every `fortnight` is not an interval. Use `day`, `week`, `month`, or a number of days such as `14 days`; at most 366 days."),
        ("scores --band Crimson", "There is no band `Crimson`. Version 1 of the card has Green, Amber, Red."),
        ("override A-104 --score 30", "An override needs --score N, --because TEXT and --until DAY."),
        ("override --end", "Say which account: keepwell override ACCOUNT ..."),
        ("override A-104 --end --score 30", "Use --end alone, or --score, --because and --until."),
        ("pulse A-104 red", "A pulse needs a note that says why: --note TEXT."),
        ("pulse --note so", "A pulse needs an account, green, amber or red, and a note: keepwell pulse ACCOUNT VALUE --note TEXT"),
        ("pulse A-104 yellow --note so", "`yellow` is not a pulse. Expected one of: amber, green, red."),
        ("export scores --out scores.xlsx", "`scores.xlsx` does not say which format to write. Use one of the extensions .csv, .parquet, .json, .ndjson."),
        ("export facts --out facts.csv --table usag", "There is no table `usag`. Did you mean `usage`?"),
        ("catalogue --group usage", "--group and --weight need --add NAME CARD."),
        ("rollback 1 --note x", "Version 1 is the latest; there is nothing to go back to."),
    ],
)  # fmt: skip
def test_an_error_says_what_and_the_way_out(starter: Terminal, command: str, says: str) -> None:
    assert starter.type(*command.split(" ")).err == says + "\n"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("scores", "There are no published scores yet. Next: keepwell score"),
        ("override", "There are no overrides. To set one: keepwell override ACCOUNT --score N --because TEXT --until DAY"),
        ("pulse", "No pulse has been given here. To give one: keepwell pulse ACCOUNT VALUE --note TEXT"),
        ("versions", f"No card published yet. Next: {FIRST}"),
        ("status", "Nothing imported yet. Next: keepwell import --suggest, then keepwell import"),
        ("migrate", "The database is up to date; nothing was changed."),
        ("catalogue --search nosuchword", "No metric contains all these words. `keepwell catalogue` lists them all."),
    ],
)  # fmt: skip
def test_an_empty_answer_says_the_next_step(fresh: Terminal, command: str, says: str) -> None:
    assert fresh.type(*command.split(" ")).out.splitlines()[-1] == says


def test_a_database_that_is_up_to_date(starter: Terminal) -> None:
    assert starter.type("migrate").out == "The database is up to date; nothing was changed.\n"


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    assert Terminal(tmp_path).type("status").err == (
        f"There is no keepwell.yaml in `{tmp_path}`. "
        "Change to a workspace, name one with --workspace, or create one: keepwell init DIR\n"
    )


def test_an_import(own: Terminal) -> None:
    said = own.type("import", str(own.folder / "exports")).out.splitlines()
    assert said[-1] == "Nothing new; nothing was changed."
    (rejected,) = (line for line in said if line.startswith("Rejected: "))
    assert "not a date" in rejected
    assert "Listed row by row in " in rejected
    mapping = own.folder / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(re.sub("expected_every: \\d+", "expected_every: 9", text), encoding="utf-8")
    said = own.type("import", str(own.folder / "exports")).out.splitlines()
    assert said[-1] == "No new rows. Import 2 recorded the delivery."


def test_a_first_import_and_its_card(fresh: Terminal) -> None:
    (fresh.folder / "exports" / "accounts.csv").write_text(
        "account_id,name,started_on\nA-1,Kiln,2024-01-01\n", encoding="utf-8"
    )
    suggested = fresh.type("import", "--suggest").out
    assert suggested.startswith(f"Wrote a first mapping to {fresh.folder / 'mapping.yaml'}. ")
    said = fresh.type("import").out
    card = fresh.folder / "cards" / "health.yaml"
    assert said.endswith(
        f'Import 1 loaded 1 row. Next: keepwell publish {card} --note "Our first scorecard"\n'
    )
    published = fresh.type("publish", str(card), "--note", "first").out
    assert published == f"Published {card} as version 1. Next: keepwell score\n"
    again = fresh.type("publish", str(card), "--note", "again").out
    assert again == f"{card} is identical to published version 1.\n"
    assert fresh.type("import").out.endswith("Nothing new; nothing was changed.\n")


def test_headings_of_tables(starter: Terminal) -> None:
    def heading(*words: str, row: int) -> list[str]:
        return starter.type(*words).out.splitlines()[row].split()

    assert heading("scores", "--as-of", AS_OF, row=1) == [
        "Account", "Health", "Score", "Trend", "Coverage", "Biggest", "drag",
    ]  # fmt: skip
    assert heading("explain", "A-102", "--as-of", AS_OF, row=4) == [
        "Value", "Points", "Weight", "Contribution", "Data", "age",
    ]  # fmt: skip
    assert heading("changed", "A-102", row=2) == ["Cause", "What", "Before", "After", "Points"]
    assert heading("versions", row=0) == ["Version", "Published", "By", "Note", "From", "Scored"]
    explained = starter.type("explain", "A-102", "--as-of", AS_OF).out
    assert "\nTotal " in explained
    assert f"\nCoverage on {AS_OF}: " in explained


def test_a_check_says_how_the_card_stands(starter: Terminal, tmp_path: Path) -> None:
    card = STARTER / "cards/health.yaml"
    assert starter.type("check", str(card)).out.splitlines() == [
        "No faults, no advice; meets 4 of the 4 golden rules: inclusive, timely, contextual, actionable",
        f"Tried on the data of 28 accounts on {AS_OF}. Not customers: 2 accounts.",
        f'Customer health is valid: 8 measures in 6 areas. Next: keepwell publish {card} --note "…"',
    ]
    assert "Not tried on any data.\n" in starter.type("check", str(card), "--no-data").out


def test_two_cards_that_say_the_same(own: Terminal, tmp_path: Path) -> None:
    card = own.folder / "cards" / "health.yaml"
    assert own.type("diff", "1", str(card)).out == "Both texts are identical.\n"
    card.write_text("# a comment\n" + card.read_text(encoding="utf-8"), encoding="utf-8")
    said = own.type("diff", "1", str(card)).out
    assert said.startswith("Both mean the same; only comments or layout differ.\n")


def test_a_preview_that_moves_nobody(starter: Terminal) -> None:
    said = starter.type("preview", str(starter.folder / "cards/health.yaml")).out
    assert "No account changes band.\n" in said
    assert said.endswith("Nothing was published or stored.\n")


def test_a_live_score_says_that_it_is_not_stored(starter: Terminal) -> None:
    said = starter.type("explain", "Northgate", "--live").out
    assert "by version 1, with all facts so far (import 1). It is not stored.\n" in said


def test_an_override(own: Terminal) -> None:
    words = ("--score", "30", "--because", "Their sponsor leaves", "--until", "2099-12-31")
    said = own.type("override", "A-104", *words).out
    assert said.startswith("A-104 is overridden to 30.0 from ")
    assert said.endswith(" to 2099-12-31. Next: keepwell explain A-104\n")
    ended = own.type("override", "A-104", "--end").out
    assert ended.startswith("Ended the override of A-104; from ")
    assert ended.endswith(" the computed score applies. Next: keepwell explain A-104\n")


def test_whom_to_call_first(own: Terminal, in_november: None) -> None:
    assert own.type("score", "--as-of", AS_OF).code == 0
    said = own.type("today", "--limit", "3").out.splitlines()
    assert said[0] == f"Whom to call first on 2026-11-01, with EUR a year, by the scores of {AS_OF}"
    assert said[1] == "Gave notice, or decides within 90 days and is not healthy"
    assert said[2].startswith("Sable Textiles  ")
    assert "  EUR 4,200  renews 2026-12-01  Ana Ruiz" in said[2]
    assert said[-1] == "Next: keepwell explain 'Sable Textiles'"
    assert own.type("today", "--owner", "Nobody").out.splitlines()[-1] == (
        "Nobody called `Nobody` owns an account. Expected one of: Ana Ruiz, Ben Adeyemi, Cleo Martin."
    )
