"""This file publishes versions of the definition: one document, one number, rejected where it would undo somebody's work."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from keepwell.app.actions import audit
from keepwell.app.models import checksums
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.queries import facts, scorecards
from keepwell.app.queries.scorecards import Version
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Conflict, Fault, Invalid
from keepwell.health.checks import check
from keepwell.health.definition.scorecard import Definition


class Faulty(Invalid):
    """The card has faults; `faults` lists them all, advice left out."""

    code = "C000"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults=faults)


class StaleParent(Conflict):
    """Somebody published after the version that this text was made from; nothing was published."""

    code = "S102"

    def __init__(self, parent: int | None, latest: Version | None, file: str = "CARD") -> None:
        self.parent, self.latest, self.file = parent, latest, file
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        if self.latest is None:
            return f"The card was made from version {self.parent}, but no version is published here. Publish it without --parent."
        newest = f"{self.latest.number}, published by {self.latest.by}"
        is_known = self.parent is not None and self.parent < self.latest.number
        other = (
            f"{self.parent} {self.latest.number}"
            if is_known
            else f"{self.latest.number} {self.file}"
        )
        made = (
            f"was made from version {self.parent}"
            if self.parent
            else "does not say which version it was made from"
        )
        return (
            f"The card {made}; the latest is {newest}. `keepwell diff {other}` shows "
            f"the differences. Copy what you want to keep into your card, then publish again with --parent {self.latest.number}."
        )


class AlreadyLatest(Conflict):
    """The version to go back to says what the latest one says; nothing was published."""

    code = "S103"


def publish(
    *,
    text: str,
    note: str,
    by: Actor,
    at: datetime,
    parent: int | None,
    file: str = "scorecard.yaml",
) -> Version:
    """Publish a definition as the next version; the latest one is returned where it says the same, to the letter.

    Raises `Faulty`, and `StaleParent` where `parent` is not the latest version.
    """
    by.require("publish")
    name = read(text, file=file).name
    digest = checksums.of_text(text)
    with transaction.atomic():
        latest = scorecards.latest(SYSTEM)
        if latest is not None and latest.digest == digest:
            return latest
        if (latest.number if latest else None) != parent:
            raise StaleParent(parent, latest, file)
        number = (latest.number if latest else 0) + 1
        version = Version(number, name, text, note, at, by.name, parent, digest)
        _insert(version, file)
        audit.write(
            verb="publish",
            object=f"scorecard version {number}",
            by=by,
            at=at,
            note=note,
            digest=digest,
        )
    return version


def roll_back(*, number: int, note: str, by: Actor, at: datetime) -> Version:
    """Publish the text of an older version as the next one; what was published stays as it is.

    Raises `scorecards.NoSuchVersion`, `AlreadyLatest`, `Faulty` where the text can no longer be read, and `StaleParent`
    where somebody published at the same moment.
    """
    by.require("publish")
    older = scorecards.version(SYSTEM, number)
    label = f"version {number}"
    name = read(older.text, file=label).name
    with transaction.atomic():
        latest = scorecards.latest(SYSTEM)
        assert latest is not None, "there is a latest version where there is an older one"
        if latest.digest == older.digest:
            same = (
                "is the latest"
                if latest.number == number
                else f"is identical to the latest, {latest.number}"
            )
            raise AlreadyLatest(f"Version {number} {same}; there is nothing to go back to.")
        version = Version(
            latest.number + 1, name, older.text, note, at, by.name, latest.number, older.digest
        )
        _insert(version, label)
        audit.write(
            verb="roll back", object=f"scorecard version {version.number}", by=by, at=at, note=note, digest=version.digest, to=number
        )  # fmt: skip
    return version


def _insert(version: Version, file: str) -> None:
    try:
        with transaction.atomic():
            Scorecard(**version.as_record()).save(force_insert=True)
    except IntegrityError:  # two published at the same moment: the number tells who was first
        raise StaleParent(version.parent, scorecards.latest(SYSTEM), file) from None


def read(text: str, *, file: str) -> Definition:
    """Read a definition against the workspace's tables; raises `Faulty`."""
    document = check.check(text, file=file, tables=facts.tables(SYSTEM), with_advice=False)
    if document.definition is None:
        raise Faulty(tuple(fault for fault in document.faults if fault.is_error))
    return document.definition
