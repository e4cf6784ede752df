"""This file tests what people see of our own faults: one line with a reference, under which the log has the rest."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from keepwell.cli import logs, reporting, workspaces
from keepwell.cli.logs import FILE
from tests import installations
from tests.cli.conftest import Terminal


def logged(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def misspell_a_filter(folder: Path) -> None:
    """Ask for an account by a field that accounts do not have, as a typing error of ours would."""
    workspaces.open(folder)
    from keepwell.app.models.accounts import Account

    Account.objects.filter(nmae="Kiln").first()  # type: ignore[misc]


def run(folder: Path, *, as_json: bool = False, debug: bool = False) -> None:
    installations.leave()
    with pytest.raises(typer.Exit) as ended, reporting.errors(as_json, debug):
        misspell_a_filter(folder)
    assert ended.value.exit_code == 1


def test_a_misspelt_filter_is_our_fault_and_no_damage(
    fresh: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    run(fresh.folder)
    shown = capsys.readouterr().err
    found = re.match(r"Internal error ([0-9a-f]{8}): FieldError: .*nmae", shown)
    assert found, shown
    assert shown.count("\n") == 1
    assert "Traceback" not in shown
    assert "damaged" not in shown
    (line,) = logged(fresh.folder)
    assert (line["reference"], line["level"]) == (found[1], "error")
    assert "misspell_a_filter" in line["traceback"]


def test_in_json_it_has_a_code_and_the_reference(
    fresh: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    run(fresh.folder, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["code"], answer["faults"]) == ("E900", [])
    assert answer["reference"] == logged(fresh.folder)[-1]["reference"]


def test_debug_shows_the_traceback(fresh: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    run(fresh.folder, debug=True)
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [ValueError, KeyError, ZeroDivisionError, TypeError, OSError])
def test_whatever_is_not_in_our_tree_is_our_fault(
    kind: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit), reporting.errors(as_json=False, debug=False):
        raise kind("of ours")
    shown = capsys.readouterr().err
    assert shown.startswith("Internal error ")
    assert f"{kind.__name__}: " in shown
    assert "keepwell.log" not in shown, "no workspace was open, so there is no log"


def test_a_command_writes_no_log_unless_asked(fresh: Terminal) -> None:
    assert fresh.type("status").code == 0
    assert fresh.type("explain", "nobody").code == 1
    assert not (fresh.folder / FILE).exists()


def test_the_environment_asks_for_more(fresh: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPWELL_LOG", "info")
    assert fresh.type("status").code == 0
    assert fresh.type("explain", "nobody").code == 1
    done, rejected = logged(fresh.folder)
    assert (done["message"], done["seconds"] >= 0) == ("command finished", True)
    assert (rejected["message"], rejected["code"]) == ("command rejected", "A101")
    monkeypatch.setenv("KEEPWELL_LOG", "loud")
    assert fresh.type("status").code == 2


def test_a_full_log_makes_room(fresh: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPWELL_LOG", "info")
    log = fresh.folder / FILE
    log.parent.mkdir(parents=True)
    log.write_text("x" * (logs.LARGEST + 1), encoding="utf-8")
    assert fresh.type("status").code == 0
    assert len(logged(fresh.folder)) == 1
    assert log.with_suffix(".log.1").stat().st_size == logs.LARGEST + 1


def test_a_command_leaves_logging_as_it_found_it(fresh: Terminal) -> None:
    before = list(logging.getLogger().handlers)
    fresh.type("status", "--debug")
    assert logging.getLogger().handlers == before


def test_a_full_disk_is_not_our_fault(
    fresh: Terminal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, reporting.errors(as_json=True, debug=False):
        # What a write to a full disk raises; only a full disk could raise it for real.
        raise OSError(28, "No space left on device", str(tmp_path / "facts.parquet"))
    assert ended.value.exit_code == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["code"], answer["place"]) == ("E109", str(tmp_path / "facts.parquet"))
