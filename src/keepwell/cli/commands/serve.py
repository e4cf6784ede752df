"""This file is `keepwell serve`: the pages, for everybody in the company, on this machine's port."""

from __future__ import annotations

import os
import webbrowser
from typing import Annotated

import typer

from keepwell.app import actions
from keepwell.cli import clock, output, reporting, workspaces
from keepwell.cli.options import HERE, Debug, Folder

HOST, PORT = "127.0.0.1", 8600


def serve(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65_535, help="The port to listen on.")
    ] = PORT,
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on; this machine's own by default.")
    ] = HOST,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser, where there is one.")
    ] = True,
    processes: Annotated[
        int,
        typer.Option(
            "--processes",
            min=1,
            max=64,
            help="How many pages can be made at once; each takes a processor and about 300 MB.",
        ),
    ] = 1,
    lost_factor: Annotated[
        bool,
        typer.Option(
            "--lost-second-factor",
            help="Turn off the first administrator's second factor, whose phone and recovery codes are lost.",
        ),
    ] = False,
    workspace: Folder = HERE,
    debug: Debug = False,
) -> None:
    """Serve the pages, and print a link that signs the first administrator in."""
    with reporting.errors(False, debug):
        # Whatever uses the workspace besides: databases.configure wants to know before anything is read.
        here = workspaces.open(workspace, serves_pages=True)
        from keepwell.app.web import server

        listening = server.listen(host, port)
        with output.working("Gathering styles and scripts"):
            server.gather_static(here)
        by, at = clock.operator(None), clock.now()
        if lost_factor and actions.second_factors.forget_first_administrators(by=by, at=at):
            output.say("The first administrator's second factor is off.")
        token = actions.users.first_administrator_link(name=by.name, by=by, at=at)
        place = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        address = f"{os.environ.get('KEEPWELL_URL', '').rstrip('/') or place}/sign-in/{token}"

        def ready() -> None:
            output.say(
                f"{output.escaped(here.name)} is served at {place}. Stop it with Ctrl+C.",
                f"Sign in (this link works once, for {actions.users.LINK_HOURS} hours): {address}",
            )
            if browser and _has_browser():
                webbrowser.open(address)

        server.run(listening, ready=ready, processes=processes)
        output.say("Stopped.")


def _has_browser() -> bool:
    """Tell whether somebody sits before a screen of this machine: on a server nothing should be tried."""
    if os.name == "posix" and os.uname().sysname == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
