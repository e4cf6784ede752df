"""This file holds the words of the house: names that say nothing, and things that are nobody's business, are not in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.rooms import named, sources, tracked

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "shared", "stuff", "base"}
EMPTY_VERBS = ("get_", "do_", "handle_", "process_")
EMPTY_SUFFIXES = ("View", "Form", "Manager", "Service", "Helper", "Base")
# Django's names, which it looks for; and a saved view is what everybody calls one.
DJANGO_VERBS = {
    "get_by_natural_key", "get_new_connection", "get_password_change_redirect_url", "get_provider", "_get_session_auth_hash", "process_exception",
    "process_view",
}  # fmt: skip
NAMED_SO = {"SavedView", "NoSuchView", "UserManager"}
# What the project must not speak of: how it is made, the machines it was made on, and promises instead of work.
# Written in halves, so that this file does not speak of them either.
NOT_SPOKEN_OF = {
    "how it is made": re.compile(
        r"\b(iss" + r"ues?|(this|last|next|earlier|previous|a) sess" + r"ions?|Clau" + r"de)\b",
        re.I,
    ),
    "machine paths": re.compile(r"/(wo" + "rk|ro" + "ot|ho" + r"me)/\w"),
    "promises": re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + r"XX)\b"),
    "what lies outside": re.compile(r"\.\./sha" + "red"),
}
# The one place that may say where data from outside lies, where it is not told by the environment.
OUTSIDE_DATA = {"tests/conftest.py", "tests/outside.py", "CONTRIBUTING.md"}
TEXTS = ("*.py", "*.md", "*.yaml", "*.toml", "justfile", ".ci/run", "*.csv", "*.svg")

# What the project said before it took the field's words: none of it comes back. GLOSSARY.md's last table has what each became.
EARLIER_WORDS = {
    word: re.compile(rf"(?<![A-Za-z])({pattern})(?![A-Za-z])")
    for word, pattern in {
        "the floors": r"doors|shelves|the desk|desk/\w+|keepwell\.desk|tests/desk|desk database",
        "models": r"(app/|`|keepwell\.app\.)records",
        "to load": r"landing|landings|landed|[Ll]ander|to land|(feed|import|row|file)s? (land|lands)",
        "a data file": r"segment files?|segments of Parquet|data/segments",
        "rejected": r"refusals?|refused rows?|rows? (was|were|are) refused",
        "a warning": r"doubts?|doubtful",
        "a checksum": r"seal|seals|sealed|unsealed",
        "a definition": r"health/spec|health\.spec|spec/\w+",
        "of feeds": r"rhythm_days|expected rhythm|arrivals?|arriving",
        "in the engine": r"Asking|Tabular|Plans|lend|lends|lent|Cell\b(?=\()",
        "in storage": r"working[ _]places?|confin(e|es|ed|ing)|twins?|UNBORN|recut|recutting|turn_to|let_go|Kept",
        "on the screen": r"[Ll]ooked after by|Costs it most|Would recommend us|Judged as",
        "in sentences": r"costs it most|tell its authors|does not go on like this|it was no account yet",
    }.items()
}
SPEAKS_OF_EARLIER = (  # of old databases, or of what was decided
    "docs/decisions/", "src/keepwell/app/migrations/", "src/keepwell/app/databases.py", "src/keepwell/app/actions/migrations.py",
    "tests/app/earlier_workspace/", "tests/app/test_earlier_workspace.py", "tests/cli/test_migrate.py", "tests/house/test_words.py", "CHANGELOG.md",
)  # fmt: skip
EARLIER_NAMES = "## Earlier names"


def defined(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [node.name for node in ast.walk(tree) if isinstance(node, kinds)]


def test_no_file_has_a_name_that_says_nothing() -> None:
    found = {named(path) for path in sources() if EMPTY_NAMES & {path.stem, *path.parent.parts}}
    # Django looks for a database backend under this name.
    assert found <= {"src/keepwell/app/sqlite/base.py"}


def test_no_verb_says_nothing() -> None:
    empty = [
        f"{named(path)} {name}"
        for path in sources()
        for name in defined(path)
        if name.lstrip("_").startswith(EMPTY_VERBS) and name not in DJANGO_VERBS
    ]
    assert empty == []


def test_no_class_is_named_after_its_pattern() -> None:
    empty = [
        f"{named(path)} {name}"
        for path in sources()
        for name in defined(path)
        if name.endswith(EMPTY_SUFFIXES) and name[0].isupper() and name not in NAMED_SO
    ]
    assert empty == []


def test_the_project_speaks_of_itself_alone() -> None:
    found = []
    for path in tracked(*TEXTS):
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        ):
            for what, pattern in NOT_SPOKEN_OF.items():
                if pattern.search(line) and not (
                    what == "what lies outside" and named(path) in OUTSIDE_DATA
                ):
                    found.append(f"{named(path)}:{number} {what}: {line.strip()[:80]}")
    assert found == []


def test_the_patterns_find_what_they_are_for() -> None:
    for what, line in {
        "how it is made": "see iss" + "ue 2",
        "machine paths": "open('/ro" + "ot/x')",
        "promises": "# TO" + "DO later",
        "what lies outside": "../sha" + "red/data",
    }.items():
        assert NOT_SPOKEN_OF[what].search(line)
    assert not NOT_SPOKEN_OF["how it is made"].search("issued_on")


def test_the_earlier_words_do_not_come_back() -> None:
    found = []
    for path in tracked(*TEXTS):
        if named(path).startswith(SPEAKS_OF_EARLIER) or path.suffix in (".csv", ".svg"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace").split(EARLIER_NAMES)[0]
        for number, line in enumerate(text.splitlines(), 1):
            for word, pattern in EARLIER_WORDS.items():
                if again := pattern.search(line):
                    found.append(f"{named(path)}:{number} {again[0]} ({word}): {line.strip()[:90]}")
    assert found == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("from keepwell.desk import actions", "the floors"),
        ("rows of a landing", "to load"),
        ("keepwell_landing", "to load"),
        ("two refused rows", "rejected"),
        ("of_seal(rows)", "a checksum"),
        ("engine.lend(table)", "in the engine"),
    ],
)
def test_an_earlier_word_would_be_found(line: str, word: str) -> None:
    assert EARLIER_WORDS[word].search(line)
    assert not EARLIER_WORDS[word].search("a help desk whose request was refused, on a landscape")
