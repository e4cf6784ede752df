"""This file writes the audit: one line for each thing that somebody did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from keepwell.app.models.audit import AuditEntry
from keepwell.app.viewers import Actor


def write(*, verb: str, object: str, by: Actor, at: datetime, **detail: Any) -> None:
    """Write one line; call it in the transaction that does the thing."""
    AuditEntry.objects.create(verb=verb, object=object, by=by.name, at=at, detail=detail)
