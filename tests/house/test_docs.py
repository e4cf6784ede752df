"""This file holds what the pages say: they agree with the code, with each other and with the commands that are run."""

from __future__ import annotations

import re
import tomllib

import pytest

from keepwell.health import cards
from tests.house import catalogue, tables
from tests.house.rooms import ROOT, named, tracked

README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def commands() -> list[str]:
    """The fenced `sh` blocks of the README, in order."""
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```", README, re.S | re.M)]


def test_the_readme_has_two_commands() -> None:
    assert len(commands()) == 2
    assert "keepwell demo" in commands()[0]
    assert "test" in commands()[1]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().splitlines()
    assert lines[-1] == commands()[1]


@pytest.mark.parametrize("path", tables.pages(), ids=named)
def test_what_is_written_from_the_tables_is_up_to_date(path: object) -> None:
    pages = {str(page): text for page, text in tables.pages().items()}
    with open(str(path), encoding="utf-8") as file:
        assert file.read() == pages[str(path)], "run `just tables`"


def test_the_page_of_the_catalogue_is_up_to_date() -> None:
    assert catalogue.PAGE.read_text(encoding="utf-8") == catalogue.page(), "run `just catalogue`"


def test_every_ready_card_is_told_of() -> None:
    page = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    assert [f"| `{name}` |" for name in cards.NAMES] == re.findall(
        r"^\| `[\w-]+` \|(?= \*\*)", page, re.M
    )


def test_no_template_is_left_over() -> None:
    assert {path.stem for path in tables.TEMPLATES.iterdir()} == {
        path.stem for path in tables.pages()
    } - {"tables"}


def test_every_dependency_has_its_reason() -> None:
    declared = tomllib.loads(PYPROJECT)
    groups = [declared["project"]["dependencies"], *declared["dependency-groups"].values()]
    groups += declared["project"]["optional-dependencies"].values()
    for requirement in [each for group in groups for each in group]:
        lines = [line for line in PYPROJECT.splitlines() if f'"{requirement}"' in line]
        assert lines
        assert all(re.search(r"# \w+ .{8,}", line) for line in lines), f"{requirement}: why?"


def test_every_link_leads_somewhere() -> None:
    dead = []
    for path in tracked("*.md"):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not (path.parent / target).exists():
                dead.append(f"{named(path)}: {target}")
    assert dead == []


def test_the_glossary_is_in_order_and_holds_no_word_twice() -> None:
    words = re.findall(
        r"^\| \*\*([\w ]+)\*\*", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.M
    )
    assert len(words) > 30
    assert [word.lower().replace("_", " ") for word in words] == sorted(
        {word.lower().replace("_", " ") for word in words}
    )


def test_the_licence_is_the_one_that_the_package_names() -> None:
    assert tomllib.loads(PYPROJECT)["project"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
