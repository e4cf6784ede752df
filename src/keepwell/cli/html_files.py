"""This file writes documents as HTML files of their own, for whoever they are sent to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app import actions, queries
from keepwell.cli import clock, output
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse
from keepwell.facts import atomic_files

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.judged import Judged

ENDINGS = (".html", ".htm")


def check(path: Path) -> None:
    """Tell before any work is done that a file cannot be written."""
    if path.suffix.lower() not in ENDINGS:
        raise WrongUse(f"`{path.name}` is no HTML file.", way_out="Name it like judgement.html.")
    if not path.resolve().parent.is_dir():
        raise WrongUse(f"There is no folder `{path.parent}` to write `{path.name}` to.")


def judgement(
    path: Path, here: Installation, found: Judged, text: str | None, by: str | None
) -> None:
    """Write a judgement; `text` is that of the card, where it is not a published one."""
    from keepwell.app import formats
    from keepwell.app.documents import files, judgements

    if text is None:
        assert found.version is not None, "what is judged is a text or a published version"
        card = queries.scorecards.definition(VIEWER, found.version)
    else:
        card = actions.scorecards.read(text, file=found.file)
    now = clock.now()
    written = formats.of("", here.day(now))
    names = queries.accounts.names(VIEWER)
    document = judgements.document(found, card, names, written, here.currency)
    made = f"Judged {written.moment(now, here.zone)} by {clock.operator(by)}"
    page = files.judgement(document, company=here.name, made=made)
    try:
        # Half of a pair of surrogates in a name cannot be written; a name is shown without it.
        atomic_files.write_bytes(path, page.encode("utf-8", "replace"))
    except OSError as error:
        raise WrongUse(f"`{path}` cannot be written: {error.strerror or error}.") from error
    output.note(f"Written to {path}")
