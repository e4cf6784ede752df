"""This file tests that what commands show is true: figures add up, stay in their bands, and are the same everywhere."""

from __future__ import annotations

import csv
import math
import re
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli import clock
from tests.cli.conftest import AS_OF, STARTER, Terminal
from tests.terminal import typed

pytestmark = pytest.mark.usefixtures("in_november")
NUMBER = re.compile(r"[+-]?\d+\.\d+")


@pytest.fixture
def overridden(own: Terminal) -> Terminal:
    """The starter company, where somebody put an account that fell far up to 90."""
    words = ["--score", "90", "--because", "They signed.", "--until", "2026-12-24"]
    done = own.type("override", "A-102", *words)
    assert done.code == 0, done.err
    return own


def accounts(terminal: Terminal) -> list[str]:
    found = terminal.type("scores", "--as-of", AS_OF, "--json").json
    return [row["account_id"] for row in found]


def table(text: str, first: str) -> list[tuple[int, str]]:
    """The lines of a table below its header as (indent, line), up to the total."""
    lines = text.splitlines()
    head = next(nth for nth, line in enumerate(lines) if first in line)
    found = [(len(line) - len(line.lstrip()), line) for line in lines[head + 1 :]]
    end = next((nth for nth, (_, line) in enumerate(found) if line.startswith("Total")), None)
    if end is None:
        return []  # without a score the known parts say nothing about the whole
    return found[: end + 1]


def test_what_explain_shows_adds_up_for_every_account(starter: Terminal) -> None:
    for account in accounts(starter):
        words = ["explain", account, "--as-of", AS_OF, "--workspace", str(starter.folder)]
        text = typed(*words, columns="200").stdout
        rows = table(text, "Contribution")
        shown = []
        for indent, line in rows:
            cells = re.split(r"\s{2,}", line.strip())
            numbers = [cell for cell in cells if re.fullmatch(r"-?\d+\.\d+", cell)]
            shown.append((indent, float(numbers[-1]) if numbers else 0.0))
        if not shown:
            continue
        *entries, (_, total) = shown
        assert math.isclose(sum(each for indent, each in entries if not indent), total, abs_tol=1e-6), text  # fmt: skip
        for nth, (indent, each) in enumerate(entries):
            below = []
            for deeper, number in entries[nth + 1 :]:
                if deeper <= indent:
                    break
                below.append(number)
            assert not below or math.isclose(sum(below), each, abs_tol=1e-6), text
        best = re.search(r"Biggest contributor: .*? \(\+([\d.]+)\)\.", text)
        assert best is None or float(best[1]) in {number for _, number in entries}, text


def test_what_changed_shows_adds_up_for_every_account(starter: Terminal) -> None:
    checked = 0
    for account in accounts(starter):
        words = ["changed", account, "--from", "2026-10-01", "--to", AS_OF]
        answer = typed(*words, "--workspace", str(starter.folder), columns="200")
        if answer.exit_code or "Cause" not in answer.stdout:
            continue
        *steps, total = [float(NUMBER.findall(line)[-1]) for _, line in table(answer.stdout, "Cause")]  # fmt: skip
        assert math.isclose(sum(steps), total, abs_tol=1e-6), answer.stdout
        said = answer.stdout.splitlines()[1]
        clauses = [float(each) for each in re.findall(r"\(([+-][\d.]+)\)", said)]
        assert not clauses or math.isclose(sum(clauses), total, abs_tol=1e-6), answer.stdout
        if moved := re.search(
            r"(?:Rose|Fell) ([\d.]+) points, from (\d+(?:\.\d+)?) to (\d+(?:\.\d+)?)", said
        ):
            points, then, now = map(float, moved.groups())
            assert math.isclose(abs(now - then), points, abs_tol=1e-6)
            assert math.isclose(now - then, total, abs_tol=1e-6)
        checked += 1
    assert checked > 10


def test_a_score_beside_a_fine_threshold_is_shown_on_its_own_side(own: Terminal) -> None:
    """Two cards whose amber begins between two tenths, just above and just below what an account has."""
    text = (own.folder / "cards/health.yaml").read_text(encoding="utf-8")
    (score,) = [
        row["score"]
        for row in own.type("scores", "--as-of", AS_OF, "--json").json
        if row["account_id"] == "A-102"
    ]
    assert 26.92 < score < 26.96, "the starter's red account"
    for edge, band, figure in ((26.92, "Amber", "26.94"), (26.96, "Red", "26.9")):
        card = own.folder / f"from {edge}.yaml"
        card.write_text(text.replace("from: 50,", f"from: {edge},", 1), encoding="utf-8")
        options = ["--card", str(card), "--as-of", AS_OF]
        assert own.type("score", *options).code == 0
        for words in (["explain", "A-102"], ["scores"]):
            out = own.type(*words, *options).out
            line = next(line for line in out.splitlines() if "Brightwater" in line)
            assert re.search(rf"{band} +{figure}\b", line), line
        said = own.type("explain", "A-102", *options).out
        assert f"is {band} at {figure}." in said
        total = next(line for line in said.splitlines() if line.startswith("Total"))
        assert NUMBER.findall(total) == [figure, figure]
        previewed = own.type("preview", str(card)).out
        assert band == "Red" or f"Amber {figure}" in previewed


def test_one_trend_for_an_account_wherever_it_is_shown(own: Terminal, tmp_path: Path) -> None:
    # Two days after the run before, whose scores differ from those of the look-back of four weeks.
    starter, day = own, "2026-11-03"
    assert starter.type("score", "--as-of", day).code == 0
    rows = starter.type("scores", "--as-of", day, "--json").json
    exported = tmp_path / "scores.csv"
    assert starter.type("export", "scores", "--as-of", day, "--out", str(exported)).code == 0
    with exported.open(encoding="utf-8") as file:
        files = {row["account_id"]: row["trend"] for row in csv.DictReader(file)}
    column = starter.type("scores", "--as-of", day).out
    arrows = {"up": "[↑+]", "flat": "[→=]", "down": "[↓-]"}
    moved = 0
    for row in rows:
        account, move = row["account_id"], row["move"]
        explained = starter.type("explain", account, "--as-of", day, "--json").json
        assert explained["tree"]["move"] == move
        assert row["trend"] == move["points"]
        assert (float(files[account]) if files[account] else None) == move["points"]
        if move["direction"] is None:
            continue
        moved += 1
        size = abs(move["points"])
        figure = int(size + 1e-9) if move["direction"] == "flat" else round(size)
        name = explained["account_name"]
        sign = (
            "[+-]" if move["direction"] == "flat" and figure else ""
        )  # an arrow says it otherwise
        pattern = rf"{re.escape(name)}.* {arrows[move['direction']]} {sign}{figure}\b"
        assert re.search(pattern, column), (name, move, column)
    assert moved > 10


def test_an_override_is_shown_as_such_and_not_as_an_arrow_up(overridden: Terminal) -> None:
    (row,) = [r for r in overridden.type("scores", "--json").json if r["account_id"] == "A-102"]
    assert (row["score"], row["trend"], row["move"]["why"]) == (90.0, None, "overridden")
    shown = next(line for line in overridden.type("scores").out.splitlines() if "90.0*" in line)
    assert "overridden" in shown
    assert not re.search("[↑↓→]", shown)
    lines = overridden.type("explain", "A-102").out.splitlines()
    assert "overridden" in next(line for line in lines if line.startswith("No trend"))


@pytest.mark.parametrize("columns", ["80", "100", "120"])
def test_the_list_keeps_its_columns_in_its_width(own: Terminal, columns: str) -> None:
    exported = own.folder / "exports" / "crm_accounts.csv"
    text = exported.read_text(encoding="utf-8")
    long = (
        "Brightwater Clinics and Rehabilitation Partnership of the Greater Western Counties Limited"
    )
    exported.write_text(text.replace("Brightwater Clinics", long), encoding="utf-8")
    assert own.type("import", str(own.folder / "exports")).code == 0
    words = ["--score", "90", "--because", "They signed.", "--until", "2026-12-24"]
    assert own.type("override", "A-102", *words).code == 0
    assert own.type("score", "--as-of", AS_OF).code == 0
    out = typed("scores", "--workspace", str(own.folder), columns=columns).stdout
    head = next(line for line in out.splitlines() if line.startswith("Account"))
    for name in ("Health", "Score", "Trend", "Coverage"):
        assert name in head
    body = out[out.index("Account ") :].split("*: overridden")[0].splitlines()
    assert max(map(len, body)) <= int(columns)
    row = next(line for line in body if "90.0*" in line)
    # Each cell is whole, and stands under its heading.
    assert [word for word in ("overridden", "100 %") if word in row] == ["overridden", "100 %"]
    assert row.index("overridden") == head.index("Trend")


def test_the_hints_of_a_draft_lead_to_its_own_scores(
    own: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = own.folder / "cards/health.yaml"
    text = published.read_text(encoding="utf-8")
    drafts = []
    for nth, weight in enumerate(("weight: 90", "weight: 5")):
        draft = own.folder / f"a draft {nth}.yaml"
        draft.write_text(text.replace("weight: 35", weight, 1), encoding="utf-8")
        drafts.append(draft)
    # The first again, which makes no new run: the latest draft is then the other one.
    for hour, draft in enumerate((drafts[0], drafts[1], drafts[0])):
        at = datetime(2026, 11, 1, 13 + hour, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        answer = own.type("score", "--card", str(draft), "--as-of", AS_OF)
        assert answer.code == 0, answer.err
    run = own.type("score", "--card", str(drafts[0]), "--as-of", AS_OF, "--json").json["run_id"]
    hint = re.search(r"Next: keepwell (scores .+), then keepwell (explain ACCOUNT .+)", answer.out)
    assert hint, answer.out
    listed = own.type(*shlex.split(hint[1]), "--json").json
    assert {row["run_id"] for row in listed} == {run}
    explained = own.type(*shlex.split(hint[2].replace("ACCOUNT", "A-102")), "--json").json
    assert explained["run_id"] == run
    again = re.search(r"Next: keepwell (explain .+)", own.type(*shlex.split(hint[1])).out)
    assert again
    assert own.type(*shlex.split(again[1]), "--json").json["run_id"] == run
    assert {row["run_id"] for row in own.type("scores", "--draft", "--json").json} != {run}


def test_the_hint_of_an_older_date_leads_to_that_date(own: Terminal) -> None:
    answer = own.type("score", "--as-of", "2026-10-01")
    hint = re.search(r"Next: keepwell (scores.*), then", answer.out)
    assert hint
    listed = own.type(*shlex.split(hint[1]), "--json").json
    assert {row["as_of"] for row in listed} == {"2026-10-01"}


def test_a_card_that_was_not_scored_says_how_to_score_it(own: Terminal) -> None:
    answer = own.type("scores", "--card", str(own.folder / "cards/health.yaml"))
    letters = "".join(answer.out.split())  # a long path wraps, within words too
    assert (answer.code, "keepwellscore--card" in letters) == (0, True), answer.out


def test_a_check_names_what_to_mend_before_publishing(own: Terminal, tmp_path: Path) -> None:
    text = (own.folder / "cards/health.yaml").read_text(encoding="utf-8")
    hasty = tmp_path / "hasty.yaml"
    lines = [line for line in text.splitlines() if "Ask the daily users" not in line]
    hasty.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = own.type("check", str(hasty), "--json").json
    assert found["golden_rules"]["actionable"] is False
    about = {fault["code"]: fault["about"] for fault in found["faults"]}
    assert about[found["mend_first"]] == "Golden rule: actionable"
    latest = own.type("check", str(hasty)).out.splitlines()[-1]
    assert f"mend {found['mend_first']}" in latest
    assert "publish" not in latest
    hasty.write_text(text.replace("take: active days", "take: often"), encoding="utf-8")
    assert own.type("check", str(hasty), "--json").json["mend_first"] == "C206"
    assert "mend C206" in own.type("check", str(hasty)).out.splitlines()[-1]


def test_what_is_missing_of_a_parent_comes_first(starter: Terminal, tmp_path: Path) -> None:
    """One of two children cannot be scored: said before all else, in text and in JSON."""
    folder = tmp_path / "grouped"
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("data"))
    own = Terminal(folder)
    exported = folder / "exports" / "crm_accounts.csv"
    lines = exported.read_text(encoding="utf-8").splitlines(keepends=True)
    unscored = [
        row["account_id"]
        for row in starter.type("scores", "--as-of", AS_OF, "--json").json
        if row["score"] is None
    ]
    assert unscored, "the starter has an account without enough data"
    below = {"A-101", unscored[0]}
    changed = []
    for line in lines:
        cells = line.split(",")
        if cells[0] in below:
            cells[8] = "A-190"
        changed.append(",".join(cells))
    group = (
        "A-190,Larkfield Retail Group,enterprise,retail,IE,900,2024-01-15,Ana Ruiz,,,growing,no\n"
    )
    exported.write_text("".join(changed) + group, encoding="utf-8")
    assert own.type("import", str(folder / "exports")).code == 0
    card = folder / "cards/health.yaml"
    text = card.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines(True) if not line.startswith("parents:")]
    card.write_text(
        "".join(kept).replace("health:\n", "parents: by revenue\nhealth:\n", 1), "utf-8"
    )
    assert own.type("publish", str(card), "--note", "groups").code == 0
    assert own.type("score", "--as-of", AS_OF).code == 0
    found: dict[str, Any] = own.type("explain", "A-190", "--json").json
    assert found["parts"][0]["kind"] == "not_scored"
    assert found["parts"][0]["path"] == f"child:{unscored[0]}"
    said = found["sentence"]
    assert said in own.type("explain", "A-190").out.splitlines()
    assert said.index("Not scored") < said.index("Biggest")
    assert [part["kind"] for part in found["parts"]].count("not_scored") == 1
