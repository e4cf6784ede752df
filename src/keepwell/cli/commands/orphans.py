"""This file is `keepwell orphans`: the data files that imports have set aside, listed or removed."""

from __future__ import annotations

from typing import Annotated

import typer

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder
from keepwell.cli.workspaces import VIEWER


def orphans(
    remove: Annotated[bool, typer.Option("--remove", help="Remove them for good.")] = False,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List data files that belong to no import, such as a killed import leaves. Imports set them aside in data/orphans."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        if remove:
            found = actions.orphans.remove(installation=here, by=clock.operator(by), at=clock.now())
        else:
            found = queries.orphans.everything(VIEWER, here)
        if as_json:
            output.print_json(representations.orphans.orphans(found, removed=remove))
            return
        for each in found:
            output.say(output.escaped(f"{each.bytes:>12,} bytes  data/orphans/{each.path}"))
        size = f"{formats.count(len(found), 'file')}, {sum(each.bytes for each in found):,} bytes"
        if not found:
            output.say("There are no files that belong to no import.")
        elif remove:
            output.say(f"Removed {size}.")
        else:
            output.say(f"{size}. To remove them: keepwell orphans --remove")
