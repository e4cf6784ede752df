"""This file holds that a judgement is written as a page for whoever it is sent to, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

HAPPENED = ("backtest", "--scores", "happened")


def test_a_judgement_is_written_as_a_page_beside_its_answer(
    starter: Terminal, tmp_path: Path
) -> None:
    out = tmp_path / "judgement.html"
    said = starter.type(*HAPPENED, "--html", str(out), "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert f"Written to {out}" in said.err
    html = out.read_text(encoding="utf-8")
    numbers = found["verdict"]["numbers"]
    assert f"{numbers['leavers']} leavers and {numbers['stayers']} stayers" in html
    assert "this flatters a score" in html
    assert "by Ana" in html
    assert list(tmp_path.iterdir()) == [out], "no half of a file is left"
    again = starter.type(*HAPPENED, "--html", str(out), "--json")
    assert json.loads(again.out) == found


def test_a_card_that_is_not_published_has_its_page_too(starter: Terminal, tmp_path: Path) -> None:
    card, out = starter.folder / "cards" / "health.yaml", tmp_path / "draft.htm"
    said = starter.type("backtest", str(card), "--scores", "happened", "--html", str(out))
    assert said.code == 0, said.err
    assert f"<b>{card}</b>" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("judgement.pdf", "`judgement.pdf` is no HTML file. Name it like judgement.html."),
        ("nowhere/judgement.html", "There is no folder "),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_judged(
    starter: Terminal, tmp_path: Path, name: str, said: str
) -> None:
    answer = starter.type(*HAPPENED, "--html", str(tmp_path / name))
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_its_place_is_told(starter: Terminal, tmp_path: Path) -> None:
    (tmp_path / "taken.html").mkdir()
    answer = starter.type(*HAPPENED, "--html", str(tmp_path / "taken.html"))
    assert answer.code == 2
    assert "cannot be written: Is a directory." in answer.err


def test_a_file_of_customers_has_no_page(starter: Terminal, tmp_path: Path) -> None:
    answer = starter.type("backtest", "--table", "x.csv", "--outcome", "left", "--html", str(tmp_path / "x.html"))  # fmt: skip
    assert answer.code == 2
    assert "--html is for the accounts of a workspace, without --table." in answer.err
