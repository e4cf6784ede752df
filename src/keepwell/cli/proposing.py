"""This file is `keepwell import --suggest`: it writes a first mapping for people to correct."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.cli import answers
from keepwell.cli.answers import Refused

if TYPE_CHECKING:
    from keepwell.app.installation import Installation

CHECK = "# check"


def propose(
    here: Installation, files: Path | list[Path], mapping: Path | None, as_json: bool
) -> None:
    """Write the proposal where the mapping belongs; what a person wrote there is never overwritten."""
    from keepwell.facts import mapping as mappings
    from keepwell.facts.schema import TABLES

    place = mapping or here.mapping
    if place.exists():
        raise Refused(
            f"{place} is there already; nothing was changed. Give another file with --mapping."
        )
    with answers.working("Looking at the files"):
        text = mappings.suggest(files, TABLES)
    place.write_text(text, encoding="utf-8")
    unsure = sum(CHECK in line for line in text.splitlines())
    if as_json:
        answers.as_json({"mapping": place, "unsure": unsure})
        return
    answers.say(
        f"A first mapping is in {answers.outside(str(place))}. {unsure} of its lines are marked `{CHECK}`: read these first.",
        "Next: keepwell import",
    )
