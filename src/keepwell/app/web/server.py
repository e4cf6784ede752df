"""This file runs the server of the pages: it gathers styles and scripts, takes a port, and stops cleanly."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import uvicorn
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import get_resolver
from uvicorn.config import LifespanType

from keepwell.app import databases, installation, postgresql
from keepwell.app.installation import Installation
from keepwell.app.web import free_first
from keepwell.errors import UserError

if TYPE_CHECKING:
    from keepwell.app.web.lifespan import Application

SHUTDOWN_SECONDS = 10  # a page that is being made may end
COMMAND = (sys.executable, "-c", "from keepwell.cli.main import app; app()", "serve-beside")


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


def run(listening: socket.socket, *, ready: Callable[[], None], processes: int = 1) -> None:
    """Serve until somebody stops it, and do the work that is asked for; `ready` is called once pages are answered.

    With more `processes` each answers pages of its own: one has one Python, and makes one page at a time.
    """
    from keepwell.app.web import kept_threads, lifespan, worker  # they name models

    here = installation.current()
    pages = lifespan.with_worker(kept_threads.pages(), worker.Worker(here))
    with _beside(here, listening, processes - 1):
        _serve(pages, listening, "on", ready)


def run_beside(file: int, is_over: Event) -> None:
    """Serve, beside the process that listens, what comes to its socket, until that is over."""
    from keepwell.app.web import kept_threads

    def end() -> None:
        is_over.wait()
        server.should_exit = True

    server = _server(kept_threads.pages(), "off")
    settle()
    Thread(target=end, name="end", daemon=True).start()
    with suppress(KeyboardInterrupt):
        asyncio.run(server.serve(sockets=[socket.socket(fileno=file)]))


@contextmanager
def _beside(here: Installation, listening: socket.socket, count: int) -> Iterator[None]:
    """Have some more processes answer pages meanwhile; they end with their standard input, as the work's process does."""
    environment = os.environ | {postgresql.VARIABLE: here.database_url}
    command = [*COMMAND, "--workspace", str(here.folder), "--socket", str(listening.fileno())]
    begun = [
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, pass_fds=[listening.fileno()], start_new_session=True
        )
        for _ in range(count)
    ]  # fmt: skip
    try:
        yield
    finally:
        for process in begun:
            if process.stdin is not None:
                process.stdin.close()
        for process in begun:
            try:
                process.wait(2 * SHUTDOWN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _serve(pages: Any, listening: socket.socket, lifespan: LifespanType, ready: Callable[[], None]) -> None:  # fmt: skip
    server = _server(pages, lifespan)
    settle()

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


def settle() -> None:
    """Load all pages, and let the garbage collector look through them no more: it would hold up a page for a tenth of a second."""
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def _server(pages: Application, lifespan: LifespanType) -> free_first.Server:
    making = free_first.Making(pages)
    config = uvicorn.Config(
        making, log_level="warning", lifespan=lifespan, server_header=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ws="none", limit_concurrency=1_000, proxy_headers=False,  # whom a header is believed, the settings say
    )  # fmt: skip
    return free_first.Server(config, making)


def _fingerprint() -> str:
    """Say which files there are to gather, and how old they are."""
    files = [
        Path(storage.path(name))
        for finder in finders.get_finders()
        for name, storage in finder.list([])
    ]
    newest = max((file.stat().st_mtime_ns for file in files), default=0)
    return f"{databases.version()} {len(files)} {newest}"
