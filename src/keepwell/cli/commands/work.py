"""This file is `keepwell work`, which a server begins: it does the work that people asked for on pages, and ends."""

from __future__ import annotations

from typing import Annotated

import typer

from keepwell.cli import parents_input, reporting, workspaces
from keepwell.cli.options import HERE, Folder

LOOK_SECONDS = 0.1  # between two looks at whether the server has stopped


def work(
    runner: Annotated[
        str, typer.Option("--runner", help="As whom work is taken.", show_default=False)
    ],
    workspace: Folder = HERE,
) -> None:
    """Do the work that was asked for on pages, until nothing waits or standard input ends."""
    is_over = parents_input.ends()
    with reporting.errors(False, False):
        here = workspaces.open(workspace)
        from keepwell.app.web.runner import Runner  # it names models

        doing = Runner(here, name=runner)
        doing.start()
        while not is_over.is_set() and doing.is_working(LOOK_SECONDS):
            pass
        doing.stop()
        if doing.has_failed:
            raise typer.Exit(1)
