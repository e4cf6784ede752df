"""This file writes the audit: one line for each thing that somebody did, chained to the line before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from keepwell.app.models import checksums, integrity
from keepwell.app.models.audit import AuditEnd, AuditEntry
from keepwell.app.viewers import Actor
from keepwell.errors import IntegrityError

WAY_OUT = (
    "Somebody wrote to the app database by another way than Keepwell's: compare it with a backup."
)


def write(
    *,
    verb: str,
    object: str,
    by: Actor,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Write one line; call it in the transaction that does the thing, as the last of what it locks."""
    with transaction.atomic():
        end = _end()
        entry = AuditEntry(
            verb=verb, object=object, by=by.name, at=at, detail=detail, before=before, after=after, place=by.place[:200],
        )  # fmt: skip
        entry.chain = checksums.of_audit(entry, end.chain)
        entry.save(force_insert=True)
        end.entries, end.chain = end.entries + 1, entry.chain
        end.checksum = checksums.of_audit_end(end)
        end.save(force_update=True)


def verify() -> Iterator[IntegrityError]:
    """Compare each line with its checksum and the one before: gives an error for the first that was changed, left out or put in."""
    before, count = "", 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        if checksums.of_audit(entry, before) != entry.chain:
            yield IntegrityError(
                f"Line {entry.pk} of the audit, or the one before it, is not what was written.",
                way_out=WAY_OUT,
                code="I160",
            )
            return
        before, count = entry.chain, count + 1
    ends = integrity.stored(AuditEnd.objects.all())
    said = [(end.entries, end.chain) for end in ends if checksums.of_audit_end(end) == end.checksum]
    if said != [(count, before)] and (count or ends):
        yield IntegrityError(
            f"The audit has {count} lines, and does not end as it was written.",
            way_out=WAY_OUT,
            code="I161",
        )


def _end() -> AuditEnd:
    """Lock the row with which the audit ends: where many write at once, each line follows the one before."""
    found = AuditEnd.objects.select_for_update().first()
    if found is None:
        AuditEnd.objects.bulk_create([_nothing()], ignore_conflicts=True)
        found = AuditEnd.objects.select_for_update().get()
    return found


def _nothing() -> AuditEnd:
    end = AuditEnd(number=1, entries=0, chain="")
    end.checksum = checksums.of_audit_end(end)
    return end
