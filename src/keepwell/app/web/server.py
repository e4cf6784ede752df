"""This file runs the server of the pages: it gathers styles and scripts, takes a port, and stops cleanly."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn
from django.contrib.staticfiles import finders
from django.core.management import call_command

from keepwell.app import databases, installation
from keepwell.app.installation import Installation
from keepwell.errors import UserError

SHUTDOWN_SECONDS = 10  # a page that is being made may end


class PortTaken(UserError):
    """Another process listens there."""

    code = "W130"


def listen(host: str, port: int) -> socket.socket:
    """Take a port; raises `PortTaken`, also where the host's name leads nowhere."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except (OSError, OverflowError) as error:
        raise PortTaken(
            f"Port {port} of {host} cannot be used: {getattr(error, 'strerror', None) or error}.",
            way_out=f"Stop what listens there, or choose another: keepwell serve --port {port + 1 if port < 65_000 else 8600}",
        ) from None
    return found


def gather_static(here: Installation) -> None:
    """Copy styles, scripts and the font to the data folder, named by their content and compressed, unless they are there."""
    mark = here.data / "static" / ".version"
    said = _fingerprint()
    if mark.exists() and mark.read_text(encoding="utf-8") == said:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(said, encoding="utf-8")


def run(listening: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve until somebody stops it, and do the work that is asked for; `ready` is called once pages are answered."""
    from django.core.asgi import get_asgi_application

    from keepwell.app.web import lifespan, worker  # they name models

    pages = lifespan.with_worker(get_asgi_application(), worker.Worker(installation.current()))
    config = uvicorn.Config(
        pages, log_level="warning", lifespan="on", server_header=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ws="none", limit_concurrency=1_000, proxy_headers=False,  # whom a header is believed, the settings say
    )  # fmt: skip
    server = uvicorn.Server(config)

    async def tell() -> None:
        while not server.started:
            await asyncio.sleep(0.02)
        ready()

    async def serve() -> None:
        told = asyncio.create_task(tell())
        await server.serve(sockets=[listening])
        told.cancel()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


def _fingerprint() -> str:
    """Say which files there are to gather, and how old they are."""
    files = [
        Path(storage.path(name))
        for finder in finders.get_finders()
        for name, storage in finder.list([])
    ]
    newest = max((file.stat().st_mtime_ns for file in files), default=0)
    return f"{databases.version()} {len(files)} {newest}"
