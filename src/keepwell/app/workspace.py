"""This file holds the workspace: the folder with keepwell.yaml in which one company's cards, mapping and data live."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from keepwell.errors import Conflict, Fault, Invalid, did_you_mean
from keepwell.facts import atomic_files
from keepwell.health.definition import node
from keepwell.health.definition.node import Node

FILE = "keepwell.yaml"
KEYS = ("name", "zone", "currency", "mapping", "cards")
MAX_BYTES = 100_000
TEMPLATE = """\
name: {name}
zone: {zone}            # the days of facts are days in this zone
currency: {currency}             # amounts in other currencies are converted with the table `rates`
mapping: mapping.yaml     # how your files become facts
cards: cards              # the folder with your scorecards
"""


class Unusable(Invalid):
    """The folder is no workspace, or its keepwell.yaml has faults; all of them are in `faults`."""

    code = "W100"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults=faults)


class NotEmpty(Conflict):
    """A new workspace is wanted in a folder that holds something already; nothing was changed."""

    code = "D101"


@dataclass(frozen=True)
class Workspace:
    """What one company's keepwell.yaml says. Everything under `data` is Keepwell's own; the rest is written by people."""

    folder: Path
    name: str
    zone: str
    currency: str
    mapping: Path
    cards: Path


def create(folder: Path, *, name: str, zone: str = "UTC", currency: str = "USD") -> Path:
    """Write a new workspace's keepwell.yaml and keep its data out of git; what is already there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cards").mkdir(exist_ok=True)
    for file, text in (
        (FILE, TEMPLATE.format(name=_quoted(name), zone=zone, currency=currency)),
        (".gitignore", "data/\n"),
    ):
        if not (folder / file).exists():
            atomic_files.write_bytes(folder / file, text.encode("utf-8"))
    return folder / FILE


def require_empty(folder: Path) -> None:
    """Raise `NotEmpty` unless a workspace can be made in this folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(
            f"`{folder}` already exists and is not empty; nothing was changed.",
            way_out="Choose another folder, or remove it.",
        )


def read(folder: Path) -> Workspace:
    """Read keepwell.yaml; raise `Unusable` with every fault in it."""
    folder = folder.resolve()
    document = _document(folder / FILE)
    faults = tuple(_faults(document))
    if faults:
        raise Unusable(faults)
    words = {key: node.text or "" for key, node in (document.entries or {}).items()}
    return Workspace(
        folder=folder,
        name=words["name"],
        zone=words.get("zone", "UTC"),
        currency=words.get("currency", "USD"),
        mapping=folder / words.get("mapping", "mapping.yaml"),
        cards=folder / words.get("cards", "cards"),
    )


def _document(path: Path) -> Node:
    if not path.is_file():
        raise Unusable(
            (
                Fault(
                    "W101",
                    str(path),
                    0,
                    "",
                    "there is no such file",
                    "",
                    "Create a workspace with `keepwell init`.",
                ),
            )
        )
    if path.stat().st_size > MAX_BYTES:
        raise Unusable(
            (
                Fault(
                    "W102",
                    FILE,
                    0,
                    "",
                    "larger than a workspace file can be",
                    f"{path.stat().st_size} bytes",
                ),
            )
        )
    try:
        document = node.parse(path.read_text(encoding="utf-8"), FILE)
    except node.Unreadable as error:
        raise Unusable((error.fault,)) from None
    except UnicodeDecodeError:
        raise Unusable(
            (Fault("W103", FILE, 0, "", "not text in UTF-8", "", "Save it as UTF-8."),)
        ) from None
    if document.entries is None:
        raise Unusable((Fault("W104", FILE, 1, "", "not a list of `key: value` lines"),))
    return document


def _faults(document: Node) -> list[Fault]:
    entries = document.entries or {}
    faults = []

    def blame(code: str, key: str, what: str, way_out: str = "") -> None:
        got = (entries[key].text or "") if key in KEYS and key in entries else ""
        faults.append(Fault(code, FILE, document.key_lines.get(key, 0), key, what, got, way_out))

    for key in entries:
        if key not in KEYS:
            blame("W105", key, "unknown key", did_you_mean(key, KEYS))
        elif not (entries[key].text or "").strip():
            blame("W106", key, "must be text")
    if "name" not in entries:
        blame("W107", "name", "missing", "Say whose workspace this is: `name: Acme`.")
    words = {key: value.text or "" for key, value in entries.items()}
    if not _is_zone(words.get("zone", "UTC")):
        blame(
            "W108", "zone", "unknown time zone", did_you_mean(words["zone"], available_timezones())
        )
    if not re.fullmatch("[A-Z]{3}", words.get("currency", "USD")):
        blame(
            "W109", "currency", "not a currency code:", "Give three capital letters, such as `EUR`."
        )
    for key in ("mapping", "cards"):
        if _leaves(words.get(key, "")):
            blame("W110", key, "leads out of the workspace", "Give a path inside this folder.")
    return sorted(faults, key=lambda fault: fault.line)


def _is_zone(name: str) -> bool:
    # Listing all zones takes 20 ms, which every command would pay. Names of places load or do not; other files of the
    # zone database (`right/...`) load too, and are no zones. `localtime` would be another day on another machine.
    if name == "UTC":
        return True
    if "/" not in name or name.startswith(("posix/", "right/")):
        return name in available_timezones() - {"localtime"}
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _leaves(path: str) -> bool:
    return Path(path).is_absolute() or ".." in Path(path).parts


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
