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

from keepwell.app.web import kept_threads, lifespan, server, worker  # noqa: E402  # they name models

application = lifespan.with_worker(kept_threads.pages(), worker.Worker(here))
server.settle()
