"""This file makes the pictures of the guides from the demo of 400 accounts, on a day that stands still: `python -m tests.browser.guide`."""

from __future__ import annotations

import base64
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests import installations
from tests.browser.conftest import PATIENCE, QUIET, Site, free_port, launched, start
from tests.browser.fixed_day import ADMIN, NOON
from tests.house.rooms import ROOT

PICTURES = ROOT / "docs" / "guide" / "pictures"
WIDTH, HEIGHT = 1440, 900
MOST_BYTES = 150_000
COLOURS = 256
PIXELS = """async png => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  const bytes = drawn.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


@dataclass(frozen=True)
class Picture:
    """One picture: whose page it is, where, and whether in the dark; `{first}` is the account that needs them first."""

    name: str
    who: str
    path: str
    is_dark: bool = False


TAKEN = (
    Picture("portfolio", "leader", "/portfolio"),
    Picture("portfolio-dark", "leader", "/portfolio", is_dark=True),
    Picture("judge", "leader", "/judge"),
    Picture("people", "admin", "/people"),
    Picture("book", "csm", "/book"),
    Picture("account", "csm", "{first}"),
    Picture("changed", "csm", "{changed}"),
    Picture("log", "csm", "{log}"),
)
# Who is in the pictures; the demo's imports name both CSMs as owners.
CAST = (
    ("leader", "Dana Whitfield", "leader", ""),
    ("csm", "Ellie Trelawney", "csm", "Ellie Trelawney"),
    ("other", "Claire Baker", "csm", "Claire Baker"),
)


def links(site: Site) -> dict[str, str]:
    """Invite the cast, and give the token of each one's link."""

    def invite() -> dict[str, str]:
        from keepwell.app import actions
        from tests.installations import BY

        found = {"admin": actions.users.first_administrator_link(name=ADMIN, by=BY, at=NOON)}
        for key, name, role, owner in CAST:
            email = f"{name.lower().replace(' ', '.')}@fernhill.example"
            team = "north" if role == "csm" else ""
            made = actions.users.invite(
                email=email, name=name, role=role, team=team, owner=owner, by=BY, at=NOON
            )
            found[key] = made.token
        return found

    given: dict[str, str] = site.within(invite)
    return given


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve a workspace on the day that stands still."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name not in QUIET}
    command = [sys.executable, "-m", "tests.browser.fixed_day", str(folder), str(port)]
    with start(folder, port, command, env, ROOT) as site:
        yield site


def signed_in(browser: Browser, site: Site, token: str) -> Page:
    """A page on which somebody came in by their link."""
    context = browser.new_context(
        base_url=site.url, locale="en-GB", reduced_motion="reduce", viewport={"width": WIDTH, "height": HEIGHT},
    )  # fmt: skip
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto(f"/sign-in/{token}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page


def judge(site: Site) -> None:
    """Judge the card on the day that stands still, for the page of the judge."""

    def keep() -> None:
        from keepwell.app import actions, viewers

        here = installations.begin(site.folder)
        actions.judgements.run(installation=here, by=viewers.operator(ADMIN), at=NOON)

    site.within(keep)


def take(site: Site, browser: Browser, folder: Path) -> None:
    """Take all pictures."""
    tokens = links(site)
    pages = {key: signed_in(browser, site, tokens[key]) for key in ("csm", "leader", "admin")}
    blank = browser.new_page()
    pages["csm"].goto("/book")
    first = pages["csm"].locator(".queue .nm a").first.get_attribute("href") or ""
    id = first.rsplit("/", 1)[-1]
    for picture in TAKEN:
        page = pages[picture.who]
        page.emulate_media(color_scheme="dark" if picture.is_dark else "light")
        page.goto(picture.path.format(first=first, changed=f"/changed/{id}", log=f"/log/{id}"))
        page.wait_for_load_state("networkidle")
        png = base64.b64encode(page.screenshot()).decode()
        raw = base64.b64decode(blank.evaluate(PIXELS, png))
        colours = np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH, 4)[:, :, :3]
        (folder / f"{picture.name}.png").write_bytes(packed(colours))


def packed(colours: np.ndarray[Any, Any]) -> bytes:
    """Write a picture as PNG with the colours that it has most of, each other as the nearest of these: a third of the size."""
    height, width, _ = colours.shape
    flat = colours.reshape(-1, 3).astype(np.int32)
    number = (flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2]
    found, place, count = np.unique(number, return_inverse=True, return_counts=True)
    every = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    # Rare colours matter less the nearer they are to a frequent one, so that a small red square keeps its red.
    chosen = [int(count.argmax())]
    far = np.full(len(found), np.inf)
    for _ in range(min(COLOURS, len(found)) - 1):
        far = np.minimum(far, ((every - every[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int((far * np.sqrt(count)).argmax()))
    palette = every[chosen]
    nearest = np.array([((palette - each) ** 2).sum(axis=1).argmin() for each in every], np.uint8)
    rows = nearest[place].reshape(height, width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def size(picture: Path) -> tuple[int, int]:
    """Read width and height of a PNG."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def shown(page: str) -> list[str]:
    """The texts that a guide says a page shows: what it writes in bold."""
    return re.findall(r"\*\*([^*]+)\*\*", page)


def main(workspace: Path | None) -> None:
    """Take all pictures of a workspace, or of a demo that is made for them."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place) / "demo"
        if workspace:  # a copy: people are invited to it
            shutil.copytree(workspace, folder)
        else:
            keepwell = str(Path(sys.executable).with_name("keepwell"))
            made = [keepwell, "demo", str(folder), "--until", str(NOON.date())]
            subprocess.run(made, cwd=place, check=True)
        browser = launched(playwright)
        PICTURES.mkdir(parents=True, exist_ok=True)
        with served(folder) as site:
            judge(site)
            take(site, browser, PICTURES)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
