"""This file rejects arguments and settings that are not text before any command sees them."""

from __future__ import annotations

import os

import typer
from typer.core import TyperGroup

from keepwell.health.definition import limit

PREFIX = "KEEPWELL_"


class CommandLine(TyperGroup):
    """The commands. Bytes that are not UTF-8 come as halves of surrogate pairs, which nothing can print or store."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's context is click's
        for place, argument in enumerate(args, 1):
            if limit.unstorable(argument):
                raise typer.BadParameter(
                    f"argument {place} (`{limit.shown(argument)[:60]}`) is not UTF-8 text; "
                    "if it names a file, rename the file"
                )
        for name, value in os.environ.items():
            if name.startswith(PREFIX) and limit.unstorable(value):
                raise typer.BadParameter(f"the environment variable {name} is not UTF-8 text")
        return super().parse_args(ctx, args)
