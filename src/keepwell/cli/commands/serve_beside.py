"""This file is `keepwell serve-beside`, which a server begins: it answers pages too, on the same port, and ends with the server."""

from __future__ import annotations

from typing import Annotated

import typer

from keepwell.cli import parents_input, reporting, workspaces
from keepwell.cli.options import HERE, Folder


def serve_beside(
    socket: Annotated[
        int, typer.Option("--socket", help="The open socket to listen on.", show_default=False)
    ],
    workspace: Folder = HERE,
) -> None:
    """Answer pages on the socket of the server that began this, until standard input ends."""
    is_over = parents_input.ends()
    with reporting.errors(False, False):
        workspaces.open(workspace, serves_pages=True)
        from keepwell.app.web import server

        server.run_beside(socket, is_over)
