"""This file holds that the user's book is what its pages say, and that its links lead somewhere."""

from __future__ import annotations

import re

from tests.book import page, write

LINK = re.compile(r"\]\(([^)#]+)\)")


def test_the_book_is_written_anew_when_a_page_changes() -> None:
    written = write.pages()
    there = {path: path.read_text(encoding="utf-8") for path in write.FOLDER.glob("*.md")}
    differing = sorted(
        path.name for path in written.keys() | there.keys() if written.get(path) != there.get(path)
    )
    assert not differing, f"run `just book`: {differing}"


def test_every_link_of_the_book_leads_to_a_page() -> None:
    for path, text in write.pages().items():
        for target in LINK.findall(text):
            assert (path.parent / target).is_file(), f"{path.name} leads to {target}"


def test_the_book_holds_the_pages_that_must_be_there() -> None:
    titles = {page.read(path).title for path in page.PAGES.glob("*.md")}
    assert len(titles) >= 30
    assert {"An account that goes dark turns red", "An account whose feed died does not"} <= titles
