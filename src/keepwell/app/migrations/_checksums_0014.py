"""This file makes the checksums of migration 0014; it is frozen with it and shares no code with today's."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any


def of_audit(entry: Any, before: str) -> str:
    at = entry.at.astimezone(UTC).isoformat()
    said = [_plain(each) for each in (entry.detail, entry.before, entry.after)]
    return _checksum(before, at, entry.by, entry.verb, entry.object, said, entry.place)


def of_audit_end(end: Any) -> str:
    return _checksum("audit", end.entries, end.chain)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return [[str(key), _plain(value[key])] for key in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"n {float(value) + 0.0!r}"
    return value


def _checksum(*parts: Any) -> str:
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
