"""This file gives tests a real server, a real browser, and pages in it that are signed in as somebody."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from keepwell.app.workspace import read as read_workspace
from tests import installations
from tests.house.rooms import ROOT
from tests.once import made_once
from tests.terminal import typed

STARTER = ROOT / "examples" / "starter"
AS_OF = ("2026-10-01", "2026-11-01")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 90  # seconds, on a machine that has much else to do
QUIET = ("KEEPWELL_WORKSPACE", "KEEPWELL_DATABASE", "KEEPWELL_URL", "KEEPWELL_OIDC_URL")
numbers = count(1)


@dataclass(frozen=True)
class Site:
    """A workspace that is served: the starter company, imported and scored on two dates."""

    folder: Path
    url: str

    @property
    def name(self) -> str:
        return read_workspace(self.folder).name

    def within(self, work: Callable[[], Any]) -> Any:
        """Do something in the workspace's database, in a thread: Django will not beside a browser that waits."""

        def begin() -> Any:
            installations.begin(self.folder)
            try:
                return work()
            finally:
                installations.leave()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(begin).result()


@dataclass
class Heard:
    """What the browser complained of while a test ran: scripts that failed, and what the page's policy forbade."""

    complaints: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._console(page, said))

    def _console(self, page: Page, said: Any) -> None:
        # That a page itself is not found is what some tests look for.
        own = said.text.startswith("Failed to load resource") and said.location["url"] == page.url
        if said.type in ("error", "warning") and not own:
            self.complaints.append(f"{page.url}: {said.text}")


class SignedIn(Protocol):
    def __call__(self, role: str = "admin", *, email: str = "", password: str = "") -> Page: ...


# One server and one browser as long as tests of this folder run, and no longer: Django's tests cannot run beside a
# browser of the same process.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the starter company from a process of its own."""
    with starter_served(tmp_path_factory) as served:
        yield served


@contextmanager
def starter_served(factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a copy of the starter company; tests that change what others look at have one of their own."""
    with ThreadPoolExecutor(1) as thread:  # there may be a browser that waits already
        folder, _ = thread.submit(made_once, factory, "served", _make).result()
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name not in QUIET}
    keepwell = str(Path(sys.executable).with_name("keepwell"))
    with start(
        folder, port, [keepwell, "serve", "--no-browser", "--port", str(port)], env, folder
    ) as served:
        yield served


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@contextmanager
def start(
    folder: Path, port: int, command: list[str], env: dict[str, str], cwd: Path
) -> Iterator[Site]:
    """Serve a workspace by a command, once pages are answered, and stop it at the end."""
    log = folder.parent / "serve.log"
    with log.open("w") as said, subprocess.Popen(command, cwd=cwd, env=env, stdout=said, stderr=said) as process:  # fmt: skip
        served = Site(folder, f"http://127.0.0.1:{port}")
        try:
            _wait(served, process, log)
            yield served
        finally:
            process.terminate()


def _make(folder: Path) -> dict[str, str]:
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("data"))
    where = ("--workspace", str(folder))
    for words in (
        ("import", str(folder / "exports")), ("publish", str(folder / "cards/health.yaml"), "--note", "Our first card"),
        *(("score", "--as-of", day) for day in AS_OF),
    ):  # fmt: skip
        done = typed(*words, *where)
        assert done.exit_code == 0, done.output
    installations.leave()
    return {}


def _wait(served: Site, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            requests.get(f"{served.url}/me/login/", timeout=5).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium: the system's own where there is one, else Playwright's."""
    with sync_playwright() as playwright:
        try:
            started = launched(playwright)
        except Error:
            pytest.skip(
                "no browser: install Debian's chromium, or run `playwright install chromium`"
            )
        yield started
        started.close()


def launched(playwright: Playwright) -> Browser:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return playwright.chromium.launch(
        executable_path=found,
        args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--lang=en-GB"],
    )


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Hear what the browser complains of; a test whose pages complain fails."""
    found = Heard()
    yield found
    assert found.complaints == []


@pytest.fixture
def new_page(site: Site, browser: Browser, heard: Heard) -> Iterator[Callable[[], Page]]:
    """Open pages that know nothing of each other, each with cookies of its own."""
    opened = []

    def new() -> Page:
        context = browser.new_context(
            base_url=site.url, locale="en-GB", reduced_motion="reduce", viewport={"width": 1440, "height": 900},
        )  # fmt: skip
        context.set_default_timeout(PATIENCE * 1000 / 3)
        opened.append(context)
        page = context.new_page()
        heard.listen(page)
        return page

    yield new
    for context in opened:
        context.close()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """A page of somebody who is not signed in."""
    return new_page()


@pytest.fixture
def signed_in(site: Site, new_page: Callable[[], Page]) -> SignedIn:
    """Give a page on which a new person of a role is signed in: `signed_in("admin")`."""

    def sign_in(role: str = "admin", *, email: str = "", password: str = "") -> Page:
        link = site.within(lambda: _link(role, email or f"{role}{next(numbers)}@{os.getpid()}.example", password))  # fmt: skip
        page = new_page()
        page.goto(f"/sign-in/{link}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    return sign_in


def _link(role: str, email: str, password: str) -> str:
    from tests.pages import person, token  # it names models

    return token(person(email, name=f"The {role}", role=role, password=password))
