"""This file tries hostile cards in child processes with limits: `python -m tests.drills.card_children TEMPLATE SECRET`.

It loads everything once and then forks for every card that it is handed, one JSON line each: a child that hangs or grows is
killed, and what it used is measured by the system. DuckDB is opened in the children alone: it does not survive a fork.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from keepwell.app import actions, queries
from keepwell.app.queries import explanations  # noqa: F401  # loaded before the fork
from keepwell.health.engines import duckdb  # noqa: F401
from tests import installations
from tests.drills import places
from tests.terminal import typed

LONGEST_SECONDS, MOST_MB = 5.0, 1500
ADDRESSES = 32 << 30  # bytes of address space: what is reserved and never used is no memory
KILLED_AFTER = 4 * LONGEST_SECONDS
AS_OF = "2026-11-01"
ACCOUNT = "A-101"


def tried(card: Path, workspace: Path, secret: Path) -> dict[str, Any]:
    """Check, publish and score one card as somebody at a terminal does; tell what went wrong."""
    wrong: list[str] = []
    seconds: dict[str, float] = {}
    database = places.address(workspace)
    _watch(secret, wrong)
    warnings.simplefilter("error", RuntimeWarning)  # of an overflow in NumPy nobody would hear

    def type_(*words: str) -> int:
        began = time.monotonic()
        done = typed(*words, "--workspace", str(workspace), database=database)
        seconds[words[0]] = round(time.monotonic() - began, 2)
        said = done.stdout + done.stderr
        if "Internal error" in said or not isinstance(done.exception, SystemExit | None):
            wrong.append(f"{words[0]}: {' '.join(said.split())[-300:] or repr(done.exception)}")
        if '"code": "I' in said:
            wrong.append(f"{words[0]}: calls it damage: {' '.join(said.split())[-300:]}")
        if seconds[words[0]] > LONGEST_SECONDS:
            wrong.append(f"{words[0]}: took {seconds[words[0]]} s")
        return done.exit_code

    is_checked = type_("check", str(card), "--json", "--as-of", AS_OF) == 0
    is_published = type_("publish", str(card), "--note", "x", "--json") == 0
    if is_checked != is_published:
        wrong.append(f"check {'accepts' if is_checked else 'rejects'} what publish does not")
    if is_published:
        if type_("score", "--as-of", AS_OF, "--json"):
            wrong.append("score: rejects what was published")
        if type_("explain", ACCOUNT, "--json"):
            wrong.append("explain: cannot explain what was scored")
    return {"wrong": wrong, "seconds": seconds, "accepted": is_published}


def _watch(secret: Path, wrong: list[str]) -> None:
    """Notice what a card could make Python do: open the file that none may read, connect somewhere, start something."""

    def notice(event: str, given: tuple[Any, ...]) -> None:
        if event == "open" and given and str(given[0]) == str(secret):
            wrong.append("reads a file outside the facts")
        elif event in ("socket.connect", "subprocess.Popen", "os.system", "os.exec"):
            wrong.append(f"reaches outside: {event}")

    sys.addaudithook(notice)


def in_child(card: Path, template: Path, secret: Path) -> dict[str, Any]:
    """Fork, and wait until the child is done, or is killed because it takes too long."""
    workspace = card.with_suffix("")
    places.copied(template, workspace)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        _limit()
        try:
            answer = tried(card, workspace, secret)
        except BaseException as error:
            answer = {
                "wrong": [f"{type(error).__name__}: {error}"[:300]],
                "seconds": {},
                "accepted": False,
            }
        with os.fdopen(write, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(json.dumps(answer))
        os._exit(0)
    os.close(write)
    try:
        answer, peak = _waited(child, read)
    finally:
        places.removed(workspace)
    answer["mb"] = peak
    if peak > MOST_MB:
        answer["wrong"].append(f"took {peak} MB")
    return answer


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)


def _waited(child: int, read: int) -> tuple[dict[str, Any], int]:
    deadline = time.monotonic() + KILLED_AFTER
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            break
        time.sleep(0.01)
    with os.fdopen(read, encoding="utf-8") as answered:
        text = answered.read()
    ended = "hangs" if time.monotonic() > deadline else f"ended with status {status}"
    answer = json.loads(text) if text else {"wrong": [ended], "seconds": {}, "accepted": False}
    return answer, usage.ru_maxrss // 1024


def warmed(template: Path, scratch: Path) -> None:
    """Load whatever a command loads when it first runs, in a child too: what is left in memory is the modules."""
    _ = (actions.scores.run, actions.checks.card, queries.checks, queries.scores, queries.trends)
    scratch.mkdir(exist_ok=True)
    for words in (("status",), ("scores",)):
        typed(*words, "--workspace", str(template), database=places.address(template))
    installations.leave()


def main() -> None:
    template, secret = Path(sys.argv[1]), Path(sys.argv[2])
    warmed(template, secret.parent)
    for line in sys.stdin:
        answer = in_child(Path(json.loads(line)), template, secret)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
