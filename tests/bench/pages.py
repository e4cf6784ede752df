"""This file measures what pages take over two years of scores: a real server, eight people at once, each reading before they click on."""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from keepwell.app import postgresql
from tests.bench import reading

PEOPLE, ROUNDS, READS = 8, 60, 1.0  # seconds that somebody looks at a page, on average
PORT = 8677
PAGES = {
    "portfolio": "/portfolio",
    "filtered list": "/portfolio?band=Amber&segment=small&sort=-revenue",
    "list by move": "/portfolio?sort=move",
    "search in the list": "/portfolio?q={number}",
    "account": "/accounts/A{number}",
    "book of one owner": "/book?of=Owner+{owner}",
    "palette": "/search?q=company+{number}",
}


def prepared(folder: Path, accounts: int, database_url: str = "") -> Path:
    """A workspace with so many accounts and two years of weekly scores."""
    installation, definition = reading.prepared(folder, accounts, database_url)
    whole_since = reading.WEEKS[-reading.LOOKED_AT]
    reading.publish(
        installation,
        definition,
        (
            reading.made(definition, accounts, on, is_whole=on >= whole_since)
            for on in reading.WEEKS
        ),
    )
    return installation.folder


class Person:
    """Somebody with a browser, who is signed in."""

    def __init__(self, link: str) -> None:
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        form = self.read(link).decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert token, "the page of a link has a form"
        self.opener.open(link, urlencode({"csrfmiddlewaretoken": token[1]}).encode()).read()

    def read(self, url: str) -> bytes:
        found: bytes = self.opener.open(url).read()
        return found


def measured(
    workspace: Path, accounts: int, processes: int = 2, database_url: str = ""
) -> dict[str, str]:
    """Let eight people open pages picked at random, and give the median and the 95th percentile of each, in ms."""
    command = [
        str(Path(sys.executable).with_name("keepwell")),
        "serve",
        "--no-browser",
        "--port",
        str(PORT),
        "--processes",
        str(processes),
    ]
    links = []
    people = []
    server = subprocess.Popen(
        command,
        cwd=workspace,
        env=os.environ | {postgresql.VARIABLE: database_url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout
        for line in server.stdout:
            if found := re.search(r"http://\S+/sign-in/\S+", line):
                links.append(found[0])
                break
        first = Person(links[0])
        people = [first] * PEOPLE  # one cookie for all: the server sees eight connections
        for page in PAGES.values():  # warm
            first.read(f"http://127.0.0.1:{PORT}{_filled(page, accounts, random.Random(0))}")
        took: dict[str, list[float]] = defaultdict(list)
        threads = [
            threading.Thread(target=_look, args=(person, accounts, seed, took))
            for seed, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        server.terminate()
        server.wait(20)
    return {
        name: f"{statistics.median(each):.0f} ms, 95 of 100 within {statistics.quantiles(each, n=20)[-1]:.0f} ms ({len(each)})"
        for name, each in took.items()
    }  # fmt: skip


def _look(person: Person, accounts: int, seed: int, took: dict[str, list[float]]) -> None:
    picked = random.Random(seed)
    for _ in range(ROUNDS):
        time.sleep(
            picked.expovariate(1 / READS)
        )  # also before the first: nobody starts on a signal
        name = picked.choice(list(PAGES))
        url = f"http://127.0.0.1:{PORT}{_filled(PAGES[name], accounts, picked)}"
        began = time.perf_counter()
        person.read(url)
        took[name].append(1000 * (time.perf_counter() - began))


def _filled(page: str, accounts: int, picked: random.Random) -> str:
    return page.format(
        number=f"{picked.randrange(accounts):06d}", owner=picked.randrange(reading.owners(accounts))
    )


def main(folder: Path, accounts: int, database_url: str = "") -> None:
    workspace = prepared(folder, accounts, database_url)
    for name, said in measured(workspace, accounts, database_url=database_url).items():
        print(f"{accounts:,} accounts: {name}: {said}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
