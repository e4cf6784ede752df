"""This file answers which lists of rejected rows there are: they hold cells as they came, so they are kept for a while only."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keepwell.app.installation import Installation
from keepwell.app.queries.loads import LoadRow
from keepwell.app.viewers import Viewer
from keepwell.facts.reject_reasons import REASONS

NAME = "%Y-%m-%dT%H%M%S.%f"  # of an import's list: the time of the import
KEPT_FOR = timedelta(days=90)  # long enough to mend an export, and its next one or two
# With what a killed import left of a list that it had not finished.
_LIST = re.compile(r"\.?(\d{4}-\d\d-\d\dT\d{6}\.\d{6})\.csv(\.\d+\.part)?")


@dataclass(frozen=True)
class RejectList:
    """The list of what one import rejected."""

    path: Path
    at: datetime
    bytes: int


def path(viewer: Viewer, installation: Installation, at: datetime) -> Path:
    """Where the import of a moment lists what it rejects."""
    return installation.rejects / f"{at.astimezone(UTC):{NAME}}.csv"


def everything(viewer: Viewer, installation: Installation) -> tuple[RejectList, ...]:
    """All lists that imports have written, the oldest first; other files that lie beside them are nobody's business here."""
    folder = installation.rejects
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        named = _LIST.fullmatch(file.name)
        at = _moment(named[1]) if named and file.is_file() and not file.is_symlink() else None
        if at is not None:
            found.append(RejectList(file, at, file.stat().st_size))
    return tuple(sorted(found, key=lambda each: (each.at, each.path.name)))


def expired(viewer: Viewer, installation: Installation, at: datetime) -> tuple[RejectList, ...]:
    """The lists whose time has come by a moment: 90 days after their import."""
    return tuple(each for each in everything(viewer, installation) if at - each.at >= KEPT_FOR)


@dataclass(frozen=True)
class Rejected:
    """How many rows an import rejected for a reason, what that means, and in which files, those with the most first."""

    reason: str
    meaning: str
    rows: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class FeedRejects:
    """How many of a feed's rows the latest import that had any of them rejected, and which import that was."""

    rows: int
    batch: int


def by_feed(viewer: Viewer, loads: Sequence[LoadRow]) -> dict[str, FeedRejects]:
    """What was rejected of each feed by the first of some imports that had rows of it; imports of earlier versions do not say.

    `loads` are the newest first.
    """
    found: dict[str, FeedRejects] = {}
    for load in loads:
        counted: Counter[str] = Counter()
        for source in load.sources:
            if feed := source.get("feed"):
                counted[feed] += sum(source["rejected"].values())
        for feed, rows in counted.items():
            found.setdefault(feed, FeedRejects(rows, load.batch))
    return found


def by_reason(viewer: Viewer, load: LoadRow, feed: str = "") -> tuple[Rejected, ...]:
    """Why an import rejected rows, all or those of a feed, the reason with the most first; for those who may score."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for source in load.sources if viewer.may("score") else ():
        if feed and source.get("feed") != feed:
            continue
        for reason, rows in source["rejected"].items():
            counted[reason][source["file"]] += rows
    found = [
        Rejected(
            reason.replace("_", " "), REASONS.get(reason, ""), files.total(), tuple(name for name, _ in files.most_common())
        )
        for reason, files in counted.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: -each.rows))


def _moment(name: str) -> datetime | None:
    """Read the time in a list's name; a file may be called like one and name no day that there is."""
    try:
        return datetime.strptime(name, NAME).replace(tzinfo=UTC)
    except ValueError:
        return None
