"""This file checks that a database and a data folder belong together, before anything is written or removed in either."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

from keepwell.app import databases
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.identities import Identity
from keepwell.errors import IntegrityError
from keepwell.facts import folder_mark
from keepwell.facts.folder_mark import Mark

FOLDER = "datafiles"
REBUILD = "`keepwell verify --rebuild-manifest` lists the intact data files again"
_NUMBERED = re.compile(r"[a-z]+-(\d+)-")


def check(installation: Installation) -> None:
    """Raise `IntegrityError` where the database is another installation's, is new or is behind the data files.

    Reads a small file and two rows, so every command can afford it.
    """
    # The mark comes first: it is written last, so whatever it says the database has known before.
    mark = folder_mark.read(installation.data)
    own = Identity.objects.values_list("installation", flat=True).first()
    manifest = Manifest.objects.values_list("batch", "generation").first() or (0, 0)
    if mark is None:
        _check_without_mark(installation, manifest[0])
    elif own is None:
        if mark.batch:
            raise _apart(
                f"The data folder {installation.data} has come to load {mark.batch}, and the app database has no load: it is new.",
                f"Restore the app database, or name the right one in KEEPWELL_DATABASE. If it is lost, {REBUILD}.",
                "I151",
            )
    elif own != mark.installation:
        raise _apart(
            f"The app database and the data folder {installation.data} belong to different installations "
            f"({own[:8]} and {mark.installation[:8]}).",
            "Is KEEPWELL_DATABASE the database of this workspace?",
            "I152",
        )
    elif manifest[0] < mark.batch:
        raise _behind(
            f"it ends with load {manifest[0]}, and {installation.data} has load {mark.batch}"
        )
    elif manifest < (mark.batch, mark.generation):
        raise _behind(f"files in {installation.data} were merged since")


def establish(installation: Installation) -> None:
    """Give a database and a data folder that are both new, or were made before there were ids, the same id."""
    check(installation)
    mark = folder_mark.read(installation.data)
    Identity.objects.get_or_create(
        number=1,
        defaults={
            "installation": mark.installation if mark else uuid.uuid4().hex,
            "version": databases.version(),
        },
    )
    Identity.objects.exclude(version=databases.version()).update(version=databases.version())
    if mark is None:
        note(installation)


def note(installation: Installation) -> None:
    """Note in the data folder how far the database has come; call it under the lock, after the transaction."""
    own = Identity.objects.values_list("installation", flat=True).first()
    if own is None:
        return
    batch, generation = Manifest.objects.values_list("batch", "generation").first() or (0, 0)
    mark = Mark(own, batch, generation)
    if folder_mark.read(installation.data) != mark:
        folder_mark.write(installation.data, mark, installation.disk)


def check_may_take_over(installation: Installation) -> None:
    """Raise `IntegrityError` where the database has loads of its own and is that of another installation."""
    mark = folder_mark.read(installation.data)
    known = Identity.objects.values_list("installation", flat=True).first()
    is_anothers = mark is not None and known not in (None, mark.installation)
    if is_anothers and Manifest.objects.filter(batch__gt=0).exists():
        check(installation)


def take_over(installation: Installation) -> None:
    """Make the database that of the data folder; call it in the transaction that rebuilds the manifest."""
    mark = folder_mark.read(installation.data)
    known = Identity.objects.values_list("installation", flat=True).first()
    own = mark.installation if mark else known or uuid.uuid4().hex
    Identity.objects.update_or_create(
        number=1, defaults={"installation": own, "version": databases.version()}
    )


def datafiles_in(installation: Installation) -> list[Path]:
    """Find all data files of the folder but those that were set aside; earlier versions kept them elsewhere in it."""
    aside = (installation.orphans, installation.scratch.parent)
    found = installation.data.rglob("*.parquet")
    return sorted(path for path in found if not any(path.is_relative_to(each) for each in aside))


def _check_without_mark(installation: Installation, batch: int) -> None:
    """A folder without a mark was made before there were marks, or lost it: then the names of files have to tell."""
    newest = (
        DataFile.objects.filter(retired_at=None)
        .exclude(kind=DataFile.Kind.RESULTS)
        .order_by("-last_batch")
        .values_list("path", flat=True)
        .first()
    )
    files = datafiles_in(installation)
    if newest is not None and not files:
        raise _apart(
            f"The app database lists data files, and the data folder {installation.data} has none of them.",
            "Is KEEPWELL_DATABASE the database of this workspace?",
            "I152",
        )
    highest = max(map(_batch, files), default=0)
    # A load that died leaves files of the next batch at most.
    if highest > batch + 1 or (highest and not batch and newest is None):
        raise _behind(f"it ends with load {batch}, and {installation.data} has load {highest}")


def _batch(path: Path) -> int:
    numbered = _NUMBERED.match(path.name)
    return int(numbered[1]) if numbered else 0


def _behind(how: str) -> IntegrityError:
    return _apart(
        f"The app database is older than its data files: {how}.",
        f"Restore the newest app database. If there is none, {REBUILD}.",
        "I131",
    )


def _apart(what: str, way_out: str, code: str) -> IntegrityError:
    return IntegrityError(what, way_out=f"{way_out} Nothing was changed.", code=code)
