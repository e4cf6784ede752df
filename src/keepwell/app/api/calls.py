"""This file holds what every view of the API is handed: who calls, when, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from keepwell.app.installation import Installation
from keepwell.app.representations.values import Json
from keepwell.app.rights import Scope
from keepwell.app.viewers import Actor, Viewer


@dataclass(frozen=True)
class Call:
    """One call; `said` has the parameters, or the fields of the body, that the table of routes knows."""

    here: Installation
    at: datetime
    today: date
    actor: Actor
    said: Mapping[str, Any]

    @property
    def viewer(self) -> Viewer:
        return self.actor.viewer

    def has(self, scope: Scope) -> bool:
        """Tell whether the token has a scope."""
        return scope in (self.viewer.scopes or ())


@dataclass(frozen=True)
class Answer:
    """What a view answers; a new fact has a status of its own."""

    json: Json
    status: int = 200
