"""This file serves a workspace to a drill from a process of its own, and lets people in by links."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

from tests.house.rooms import ROOT

STARTER = ROOT / "examples" / "starter"
KEEPWELL = Path(sys.executable).with_name("keepwell")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
DAYS = ("2026-10-01", "2026-11-01")
# Files that have rows of accounts, and how much of a row's beginning is its own id and must differ in every copy.
OWN = {
    "crm_accounts": "", "crm_contacts": r"C-\d+", "crm_meetings": r"\d+", "csm_pulses": "", "billing_lines": r"L-\d+",
    "helpdesk_tickets": r"\d+", "invoices": r"\d+", "survey_answers": r"S\d+", "success_plans": "", "product_usage": "",
    "product_workspaces": "", "onboarding": "", "advocacy": "",
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A served workspace: its folder, its address, and a link that lets an administrator in."""

    folder: Path
    host: str
    port: int
    link: str

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class NoRedirects(HTTPRedirectHandler):
    """Takes a redirect for the answer."""

    def redirect_request(self, *given: object) -> None:
        return None


class Reader:
    """Somebody with a browser that keeps cookies and knows no scripts."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def follows_nothing(self) -> Reader:
        """The same person, who sees that they are led elsewhere and does not follow."""
        same = Reader(self.site)
        same.cookies = self.cookies
        same.opener = build_opener(HTTPCookieProcessor(self.cookies), NoRedirects())
        return same

    def enter(self) -> None:
        """Sign in by the site's link."""
        form = self.read(self.site.link)[1]
        status, _ = self.send(self.site.link, form)
        assert status == 200, f"the link answered {status}"

    def read(self, address: str) -> tuple[int, str]:
        """Open a page; an error is a status like any other."""
        return self._asked(address, None)

    def send(self, address: str, form: str, **given: str) -> tuple[int, str]:
        """Send a form; `form` is the page that it stands on."""
        found = TOKEN.search(form)
        assert found, "a page with a form has its token"
        return self._asked(address, urlencode({**given, "csrfmiddlewaretoken": found[1]}).encode())

    def _asked(self, address: str, body: bytes | None) -> tuple[int, str]:
        url = address if address.startswith("http") else self.site.url + address
        try:
            with self.opener.open(url, body, timeout=60) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")


def starter(folder: Path, times: int = 1) -> Path:
    """Make the starter company so many times over, imported and scored on two dates."""
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("data"))
    for path in (folder / "exports").iterdir() if times > 1 else ():
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        again = [
            _another(path.stem, row, nth)
            for nth in range(1, times)
            for row in rows
            if path.stem in OWN
        ]
        path.write_text("\n".join([header, *rows, *again]) + "\n", encoding="utf-8")
    typed(folder, "import", "exports")
    scored(folder)
    return folder


def _another(file: str, row: str, nth: int) -> str:
    """Write a row as one of another company: its accounts, people and own id are others."""
    if OWN[file]:
        row = re.sub(f"^{OWN[file]}", rf"\g<0>-{nth}", row)
    if file == "product_workspaces":
        row = row.replace(",", f"-{nth},", 1)
    if file == "product_usage":
        day, workspace, rest = row.split(",", 2)
        row = f"{day},{workspace}-{nth},{rest}"
    row = re.sub(r"\bA-\d{3}\b", rf"\g<0>-{nth}", row)
    return re.sub(r"[\w.]+@", rf"\g<0>{nth}.", row)


def scored(folder: Path) -> None:
    """Publish the workspace's card and score two dates."""
    typed(folder, "publish", "cards/health.yaml", "--note", "first")
    for day in DAYS:
        typed(folder, "score", "--as-of", day)


def typed(folder: Path, *words: str) -> None:
    subprocess.run([KEEPWELL, *words], cwd=folder, check=True, capture_output=True)


def _wait(port: int) -> None:
    """Wait until the server answers: it says its address a moment before."""
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            return
        except OSError:
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.1)


@contextmanager
def served(folder: Path, *more: str) -> Iterator[Site]:
    """Serve a workspace on a free port of this machine until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [KEEPWELL, "serve", "--no-browser", "--port", str(port), *more]
    env = {name: value for name, value in os.environ.items() if name != "KEEPWELL_URL"}
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"http://\S+/sign-in/\S+", line):
                    _wait(port)
                    yield Site(folder, "127.0.0.1", port, found[0])
                    break
            else:
                raise AssertionError(f"the server did not start: {''.join(said)}")
        finally:
            process.terminate()
            process.wait(30)
