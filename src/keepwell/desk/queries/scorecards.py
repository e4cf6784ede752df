"""This file answers which versions of the definition were published."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from keepwell.desk.databases import Damaged, naming_damage
from keepwell.desk.records.scorecards import Scorecard


@dataclass(frozen=True)
class Version:
    """One published version of the definition."""

    number: int
    name: str
    text: str
    note: str
    published_at: datetime
    by: str
    parent: int | None
    digest: str

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


def latest() -> Version | None:
    """The newest version, none before the first."""
    return next(iter(history()), None)


def version(number: int) -> Version | None:
    """One version by its number."""
    return next((each for each in history() if each.number == number), None)


@naming_damage()
def history() -> tuple[Version, ...]:
    """All versions, the newest first; raises `Damaged` where a text is not the one that was published."""
    columns = [field.name for field in Scorecard._meta.fields]
    versions = tuple(Version(**row) for row in Scorecard.objects.order_by("-number").values(*columns))
    for each in versions:
        if digest_of(each.text) != each.digest:
            raise Damaged(
                f"The desk database's text of version {each.number} is not what was published. Restore it from a backup."
            )
    return versions


def digest_of(text: str) -> str:
    """Fingerprint a definition's text."""
    return hashlib.sha256(text.encode()).hexdigest()
