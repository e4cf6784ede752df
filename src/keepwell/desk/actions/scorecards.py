"""This file publishes versions of the definition: one document, one number, refused where it would undo somebody's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from keepwell.desk.actions import audit
from keepwell.desk.databases import naming_damage
from keepwell.desk.queries import facts, scorecards
from keepwell.desk.queries.scorecards import Version
from keepwell.desk.records.scorecards import Scorecard
from keepwell.health.spec import check
from keepwell.health.spec.fault import Fault
from keepwell.health.spec.scorecard import Definition


class Faulty(Exception):
    """The card has faults; `faults` lists them all, advice left out."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(eq=False)  # Python writes the traceback into an exception: frozen, it cannot
class StaleParent(Exception):
    """Somebody published after the version that this text was made from; nothing was published."""

    parent: int | None
    latest: Version | None

    def __str__(self) -> str:
        newest = "none" if self.latest is None else f"{self.latest.number}, published by {self.latest.by}"
        based = "none" if self.parent is None else str(self.parent)
        return f"The card was made from version {based}; the latest is {newest}. Take its changes over, then publish again."


@naming_damage()
def publish(
    *, text: str, note: str, by: str, at: datetime, parent: int | None, file: str = "scorecard.yaml"
) -> Version:
    """Publish a definition as the next version; the latest one is returned where it says the same, to the letter.

    Raises `Faulty`, and `StaleParent` where `parent` is not the latest version.
    """
    name = read(text, file=file).name
    digest = scorecards.digest_of(text)
    with transaction.atomic():
        latest = scorecards.latest()
        if latest is not None and latest.digest == digest:
            return latest
        if (latest.number if latest else None) != parent:
            raise StaleParent(parent, latest)
        number = (latest.number if latest else 0) + 1
        version = Version(number, name, text, note, at, by, parent, digest)
        try:
            with transaction.atomic():
                Scorecard(**version.as_record()).save(force_insert=True)
        except IntegrityError:  # two published at the same moment: the number tells who was first
            raise StaleParent(parent, scorecards.latest()) from None
        audit.write(verb="publish", object=f"scorecard version {number}", by=by, at=at, note=note, digest=digest)
    return version


def read(text: str, *, file: str) -> Definition:
    """Read a definition against the workspace's tables; raises `Faulty`."""
    document = check.check(text, file=file, tables=facts.tables())
    if document.definition is None:
        raise Faulty(tuple(fault for fault in document.faults if fault.is_error))
    return document.definition
