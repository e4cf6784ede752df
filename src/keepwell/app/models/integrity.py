"""This file checks that stored rows are what was written, by the checksums that they carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from keepwell.app.models import checksums
from keepwell.app.models.accounts import Projection
from keepwell.app.models.datafiles import Manifest
from keepwell.app.models.loads import Load
from keepwell.errors import IntegrityError, Invalid, Unavailable

Row = TypeVar("Row")
Read = TypeVar("Read")
WAY_OUT = "Restore the app database from a backup; nothing was computed."
READS = 50  # while others write: each takes milliseconds, so one succeeds soon
REBUILD = "Run `keepwell rebuild` to write it again from scores and facts."


class Busy(Unavailable):
    """What was to be read changed each time while it was read."""

    code = "L104"


def stored(rows: Iterable[Row]) -> list[Row]:
    """Fetch the rows of a query set; a stored value that is none of its column's type is damage, and is said to be.

    Only fetching is guarded: a filter that makes no sense has raised before, when the query set was made.
    """
    try:
        return list(rows)
    # Of what was asked with: a value that is read is decoded, and has fitted in.
    except (UnicodeEncodeError, OverflowError) as error:
        raise Invalid(
            "What you asked for has a character or a number that cannot be stored, so there is no such thing."
        ) from error
    except (ValueError, TypeError, ArithmeticError) as error:
        raise IntegrityError(
            f"A stored value cannot be read ({error}).", way_out=WAY_OUT, code="I104"
        ) from error


def while_unchanged(read: Callable[[], Read]) -> Read:
    """Read with several queries what belongs together, again where an import has changed accounts meanwhile.

    What fits an account as it was a moment ago is no damage. Raises `Busy` where accounts change each time.
    """
    for _ in range(READS):
        before = Projection.objects.values_list("checksum", "current_on").first()
        failed = None
        try:
            found = read()
        except IntegrityError as error:
            failed = error
        if Projection.objects.values_list("checksum", "current_on").first() == before:
            if failed:
                raise failed
            return found
    raise Busy("Accounts keep changing. Try again.")


def check_manifest(
    stored: Manifest | None,
    *,
    files: Sequence[Any],
    extras: Sequence[Any],
    loads: Sequence[Load],
    first_load: int,
    history: Any,
    earlier: str,
) -> str:
    """Raise `IntegrityError` unless all that a snapshot is made of is what was written.

    `files` are all that are listed, `extras` all extra columns, and `loads` those from `first_load` on. `history` has what
    loads since some batch added to the feeds, and `earlier` is the digest of what was added before. Returns the digest of
    both together.
    """
    if stored is None:
        if files or extras or loads or history.declarations:
            raise _lost(
                "The app database has lost the line that describes its manifest.",
                "I126",
            )
        return earlier
    if checksums.of_manifest(stored) != stored.checksum:
        raise _lost("The app database's line about its manifest is not what was written.", "I126")
    for each in files:
        check_datafile(each)
    listed = (len(files), checksums.added(each.checksum for each in files))
    if listed != (stored.files, stored.files_digest):
        raise _lost(
            f"The app database lists {len(files)} data files of facts instead of {stored.files}, or different ones.",
            "I125",
        )
    if checksums.of_columns(extras) != stored.columns_digest:
        raise _lost("The app database's extra columns are not those that were loaded.", "I130")
    by_batch = feeds_by_batch(history.declarations, history.event_days, history.deliveries)
    digest = checksums.added([earlier, *by_batch.values()])
    if digest != stored.feeds_digest:
        raise _lost("The app database's lines about feeds are not what was written.", "I129")
    if [load.batch for load in loads] != list(range(first_load, stored.batch + 1)):
        raise _lost(
            f"The app database has lost a load, or has one too many: the latest should be {stored.batch}.",
            "I127",
        )
    for load in loads:
        check_load(load, by_batch.get(load.batch, ""))
    return digest


def check_datafile(file: Any) -> None:
    """Raise `IntegrityError` where a line of the manifest is not what was written."""
    if checksums.of_datafile(file) != file.checksum:
        raise _lost(
            f"The app database's line about data/{file.path} is not what was written.", "I124"
        )


def check_load(load: Load, feeds: str) -> None:
    """Raise `IntegrityError` where a load is not what was written; `feeds` is the digest of what it added to the feeds."""
    if checksums.of_load(load, feeds) != load.checksum:
        raise _lost(
            f"The app database's lines of load {load.batch} are not what was written.", "I128"
        )


def check_intake(row: Any, latest: int | None = None) -> None:
    """Raise `IntegrityError` where a fact that was typed is not what was, or says of a load after the `latest` that it has it."""
    if checksums.of_intake(row) != row.checksum:
        raise _lost(
            f"The app database's row of what {row.by} typed about account {row.account_id} is not what was typed.",
            "I154",
        )
    for load in (row.moved_in, row.withdrawn_in):
        if latest is not None and load is not None and load > latest:
            raise _lost(
                f"What {row.by} typed about account {row.account_id} was loaded by load {load}, which there is not.",
                "I155",
            )


def feeds_by_batch(
    declarations: Iterable[Any], days: Iterable[Any], deliveries: Iterable[Any]
) -> dict[int, str]:
    """Fingerprint what each load added to the feeds, if anything."""
    grouped: dict[int, tuple[list[Any], list[Any], list[Any]]] = defaultdict(lambda: ([], [], []))
    for place, rows in enumerate((declarations, days, deliveries)):
        for row in rows:
            grouped[row.batch][place].append(row)
    return {batch: checksums.of_feeds(batch, *own) for batch, own in grouped.items()}


def _lost(what: str, code: str) -> IntegrityError:
    return IntegrityError(what, way_out=WAY_OUT, code=code)
