"""This file is `keepwell import --suggest`: it writes a first mapping for people to correct."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.cli import formats, output
from keepwell.errors import Conflict
from keepwell.facts import atomic_files

if TYPE_CHECKING:
    from keepwell.app.installation import Installation

CHECK = "# check"


def write(
    here: Installation, files: Path | list[Path], mapping: Path | None, as_json: bool
) -> None:
    """Write the suggestion where the mapping belongs; what a person wrote there is never overwritten."""
    from keepwell.facts import mapping as mappings
    from keepwell.facts.schema import TABLES

    place = mapping or here.mapping
    if place.exists():
        raise Conflict(
            f"{place} already exists; nothing was changed.",
            way_out="Name another file with --mapping.",
        )
    with output.working("Looking at the files"):
        text = mappings.suggest(files, TABLES)
    atomic_files.write_text(place, text, here.disk)
    unsure = sum(f"{CHECK}:" in line for line in text.splitlines())
    if as_json:
        output.print_json({"mapping": str(place), "unsure": unsure})
        return
    review = (
        f"Review the {formats.count(unsure, 'line')} marked `{CHECK}` first."
        if unsure
        else "Nothing in it is marked; review it anyway."
    )
    output.say(
        f"Wrote a first mapping to {output.escaped(str(place))}. {review}",
        "Next: keepwell import",
    )
