"""This file answers from the read model what stands behind the newest score of an account, without opening a file."""

from __future__ import annotations

from collections.abc import Collection

from keepwell.app import answers, packed_lines
from keepwell.app.models import checksums, integrity
from keepwell.app.models.scores import CurrentLines
from keepwell.app.packed_lines import PackedLines
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError


def of(viewer: Viewer, run: ScoredRun, account_id: str) -> PackedLines | None:
    """The lines of one account in the run of the read model, with the points of earlier dates; none where it has no score."""
    return of_some(viewer, run, [account_id]).get(account_id)


def of_some(viewer: Viewer, run: ScoredRun, account_ids: Collection[str]) -> dict[str, PackedLines]:
    """The lines of some accounts; raises `IntegrityError` where they are not what was written."""
    return _of_some(viewer, run, tuple(sorted(account_ids)))


@answers.once
def _of_some(
    viewer: Viewer, run: ScoredRun, account_ids: tuple[str, ...]
) -> dict[str, PackedLines]:
    stored = CurrentLines.objects.filter(run=run.run_id, account_id__in=account_ids)
    found = {}
    for account_id, packed, checksum in integrity.stored(
        viewer.visible(stored).values_list("account_id", "lines", "checksum")
    ):
        if checksums.of_lines(run.run_id, account_id, bytes(packed)) != checksum:
            raise IntegrityError(
                f"The read model's lines of account {account_id} in run {run.run_id} are not what was written.",
                way_out=integrity.REBUILD,
                code="I148",
            )
        found[account_id] = packed_lines.unpack(bytes(packed), account_id, run.as_of)
    return found
