"""This file is what a server of ASGI runs: the pages of the workspace that KEEPWELL_WORKSPACE names."""

from __future__ import annotations

import os
from pathlib import Path

from keepwell.app import databases, installation, postgresql

here = installation.build(
    Path(os.environ.get("KEEPWELL_WORKSPACE", ".")),
    database_url=postgresql.Address(os.environ.get(postgresql.VARIABLE, "")),
    serves_pages=True,
)
databases.require_current()

from django.core.asgi import get_asgi_application  # noqa: E402  # it loads what needs settings

from keepwell.app.web import lifespan, server, worker  # noqa: E402  # they name models

application = lifespan.with_worker(get_asgi_application(), worker.Worker(here))
server.settle()
