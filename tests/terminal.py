"""This file types commands as somebody at a terminal does: each is a process of its own."""

from __future__ import annotations

from click.testing import Result
from typer.testing import CliRunner

from keepwell.cli.main import app
from tests import installations


def typed(*words: str, columns: str = "") -> Result:
    """Run `keepwell` with these words; `columns` is the terminal's width, where it has one."""
    installations.leave()
    env = {"COLUMNS": columns} if columns else {}
    return CliRunner(env=env).invoke(app, [*words], prog_name="keepwell")
