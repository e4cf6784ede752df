"""This file types commands as somebody at a terminal does: each is a process of its own."""

from __future__ import annotations

import functools

import typer.testing
from typer.testing import CliRunner, Result

from keepwell.cli.main import app
from tests import installations

# Reading the options of all commands takes longer than most of them do: once is enough.
typer.testing._get_command = functools.cache(typer.testing._get_command)


def typed(*words: str, columns: str = "", database: str = "") -> Result:
    """Run `keepwell` with these words; `columns` is the terminal's width, and `database` the app database's address, where they have one."""
    installations.leave()
    given = {"COLUMNS": columns, "KEEPWELL_DATABASE": database}
    env = {name: value for name, value in given.items() if value}
    return CliRunner(env=env).invoke(app, [*words], prog_name="keepwell")
