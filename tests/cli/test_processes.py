"""This file runs every command in a process of its own, where nothing is configured before the command does it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from keepwell.cli.main import app
from tests.cli.conftest import AS_OF, Terminal
from tests.conftest import EVERYTHING

# The other tests share one process, in which Django is configured once and for all. What is written in Python is loaded
# once, before the forks; libraries with threads of their own are not, as a fork would stop those half-way.
RUNNER = """
import json, os, sys
import rich.table, ruamel.yaml, typer
from keepwell.cli.main import app

for words in json.load(sys.stdin):
    if child := os.fork():
        assert os.waitpid(child, 0)[0] == child
        continue
    answer = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.argv = ["keepwell", *words]
    try:
        app()
    except SystemExit as ended:
        heavy = sorted({"duckdb", "ibis", "numpy", "pyarrow"} & set(sys.modules))
        line = json.dumps([words, ended.code, heavy, "keepwell.simulate" in sys.modules])
        os.write(answer, line.encode() + b"\\n")
    os._exit(0)
"""

SAME_WAY = {
    "blindsided",
    "preview",
    "diff",
    "export",
    "verify",
    "orphans",
    "rebuild",
    "migrate",
    "catalogue",
}


def test_every_command_works_in_a_process_of_its_own(own: Terminal, tmp_path: Path) -> None:
    card = str(own.folder / "cards/health.yaml")
    commands = [
        ["init", str(tmp_path / "ours")],
        ["import", str(own.folder / "exports")],
        ["catalogue", "products_in_use"],
        ["check", card],
        ["preview", card],
        ["publish", card, "--note", "again"],
        ["versions"],
        ["blindsided", "--scores", "happened"],
        ["backtest", "--scores", "happened"],
        ["likelihood"],
        ["diff", "1", card],
        ["rollback", "1", "--note", "nothing to go back to"],
        ["score", "--as-of", AS_OF],
        ["scores", "--band", "red"],
        ["today"],
        ["explain", "A-102"],
        ["explain", "A-102", "--live"],
        ["override"],
        ["pulse", "A-102", "red", "--note", "Their sponsor is leaving"],
        ["usage", "A-102", "--unused"],
        ["features"],
        ["changed", "A-102"],
        ["replay"],
        ["export", "scores", "--out", str(tmp_path / "scores.csv")],
        ["status"],
        ["migrate"],
        ["verify"],
        ["orphans"],
        ["rebuild"],
    ]
    # The test of the demo makes one in a process of its own, and browsers and drills start servers.
    registered = {each.name for each in app.registered_commands if not each.hidden}
    assert {words[0] for words in commands} == registered - {"demo", "serve"}
    typed = [
        [*words, *(() if words[0] == "init" else ("--workspace", str(own.folder)))]
        for words in commands
    ]
    if not EVERYTHING:
        # Each starts the libraries anew; the other commands take a way that one of these takes.
        typed = [words for words in typed if words[0] not in SAME_WAY]
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(typed),
        capture_output=True,
        text=True,
        check=True,
    )
    ended = [json.loads(line) for line in done.stdout.splitlines()]
    assert [words for words, *_ in ended] == typed, done.stderr
    assert [words[0] for words, code, *_ in ended if code] == ["likelihood", "rollback"], (
        done.stderr
    )
    assert "nothing to go back to" in done.stderr
    # What is asked most often answers from the database alone. Loading the engine would take it half a second.
    loaded = {" ".join(words[:-2]): set(heavy) for words, _, heavy, _ in ended}
    for command in ("status", "explain A-102", "scores --band red"):
        assert loaded[command] == set(), command
    assert "ibis" not in loaded["changed A-102"]
    assert not any(is_simulating for *_, is_simulating in ended)
