"""This file serves a workspace on a day that does not pass, so that pictures of its pages can be made again: `python -m tests.browser.fixed_day WORKSPACE PORT`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from socket import socket

from django.utils import timezone

from keepwell.app import viewers
from keepwell.app.web import server
from keepwell.cli import clock, main

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)  # of the day of the demo's scores
ADMIN = "Robin Vale"  # whoever runs the machine
serve = server.run


class Noon(datetime):
    """A clock that stands at noon."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return NOON.astimezone(tz)


def stopped(listening: socket, *, ready: Callable[[], None], processes: int) -> None:
    """Serve with the clocks standing still that pages and Django's sessions read."""
    from keepwell.app.web import middleware  # Django has to know its settings first

    middleware.datetime = Noon  # type: ignore[misc]
    timezone.now = lambda: NOON  # when somebody signed in, and until when they are
    serve(listening, ready=ready, processes=processes)


if __name__ == "__main__":
    folder, port = sys.argv[1:]
    server.run = stopped
    clock.now = lambda: NOON
    clock.operator = lambda by: viewers.operator(ADMIN)
    sys.argv[1:] = ["serve", "--no-browser", "--port", port, "--workspace", folder]
    main.app()
