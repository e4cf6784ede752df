"""This file computes a past run again, from its version, its facts and its kept inputs, and says whether every bit is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from keepwell.app.actions import engines
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.queries import accounts, evidence, explanations, runs, scores, snapshots
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Conflict, Invalid
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import MEANING, Peers, Score
from keepwell.health.engines.results import LINES, RunResult

MOST_TOLD = 20
# What an override does not touch; the score itself and its band are compared with what was computed beside it.
SAME = ("coverage", "freshness_days", "segment", "segment_why")


class OtherCard(Invalid):
    """The text is not the card that the run was made with."""

    code = "S105"


class OtherMeaning(Conflict):
    """The run was computed by rules that have changed since, so its numbers cannot come out again."""

    code = "S111"


@dataclass(frozen=True)
class Difference:
    """One number or word that was kept and is not what comes out now; `path` is empty for the score itself."""

    account_id: str
    path: str
    what: str
    kept: object
    computed: object

    def __str__(self) -> str:
        place = f"{self.account_id} {self.path}".strip()
        return f"{place}: {self.what} was {_said(self.kept)} and is {_said(self.computed)}"


@dataclass(frozen=True)
class Replay:
    """What was compared, how many differences there are, and the first of them."""

    run: ScoredRun
    scores: int
    lines: int
    peers: int
    different: int
    differences: tuple[Difference, ...]


def replay(
    *, installation: Installation, run_id: str, by: Actor, text: str | None = None
) -> Replay:
    """Compute a run again and compare scores, lines and frozen peers with what was kept, to the bit. Nothing is written.

    `text` is the card of a draft. Overrides are an input: they are taken from the run itself. The move since the run
    before is not part of it. Raises `NoSuchRun`, `TextNeeded`, `OtherCard`, `OtherMeaning` and `IntegrityError`.
    """
    run = runs.by_id(SYSTEM, run_id)
    if run.engine_meaning != MEANING:
        raise OtherMeaning(
            f"The run of {run.as_of} was computed with engine meaning {run.engine_meaning} (the version of its rules); this "
            f"engine has meaning {MEANING}, so nothing was compared.",
            way_out="The scores and lines of the run stay readable.",
        )
    if text is not None and checksums.of_text(text) != run.digest:
        raise OtherCard("This is not the card that the run was made with; nothing was compared.")
    rows, kept, frozen = (
        scores.rows(SYSTEM, run_id),
        evidence.line_table(SYSTEM, installation, run),
        evidence.peers(SYSTEM, installation, run),
    )
    result = _computed(installation, run, explanations.definition_of(SYSTEM, run, text))
    found = [
        *_scores(rows, result.scores()),
        *_lines(kept.cast(LINES), result.lines_arrow),
        *_peers(frozen, result.peers),
    ]
    groups = sum(len(each) for each in frozen.values())
    seen = accounts.visible(by.viewer, {each.account_id for each in found})
    shown = [each for each in found if each.account_id in seen]
    return Replay(run, len(rows), kept.num_rows, groups, len(found), tuple(shown[:MOST_TOLD]))


def _computed(installation: Installation, run: ScoredRun, definition: Definition) -> RunResult:
    """Score as a run did: over the facts that it saw, on its date, holding on to the bands that it held on to."""
    before = scores.computed_bands(SYSTEM, run.before) if run.before else None
    with (
        snapshots.take(SYSTEM, installation, run.through_batch) as snapshot,
        engines.opened(snapshot) as engine,
    ):
        result = engine.score(definition, run.as_of, before)
        result.lines_arrow  # noqa: B018  # made while the engine is open
        return result


def _scores(kept: Sequence[ScoreRow], now: Sequence[Score]) -> Iterator[Difference]:
    rows = {row.account_id: row for row in kept}
    found = {score.account_id: score for score in now}
    for account_id in sorted(rows.keys() | found.keys()):
        row, score = rows.get(account_id), found.get(account_id)
        if row is None or score is None:
            yield Difference(
                account_id, "", "its score", "there" if row else None, "there" if score else None
            )
            continue
        pairs = {
            "the score": (row.computed_score, score.score),
            "the band": (row.computed_band, score.band),
            **{name: (getattr(row, name), getattr(score, name)) for name in SAME},
        }
        for what, (then, is_now) in pairs.items():
            if repr(then) != repr(is_now):
                yield Difference(account_id, "", what, then, is_now)


def _lines(kept: pa.Table, now: pa.Table) -> Iterator[Difference]:
    if _bits(kept).equals(_bits(now)):
        return
    then, found = (
        {(row["account_id"], row["path"]): row for row in table.to_pylist()}
        for table in (kept, now)
    )
    for account_id, path in sorted(then.keys() | found.keys()):
        row, line = then.get((account_id, path)), found.get((account_id, path))
        if row is None or line is None:
            yield Difference(
                account_id, path or "the whole", "its line", row and "there", line and "there"
            )
            continue
        for name in LINES.names:
            if repr(row[name]) != repr(line[name]):
                yield Difference(account_id, path or "the whole", name, row[name], line[name])


def _bits(lines: pa.Table) -> pa.Table:
    """The table with its numbers as the bits that they are, so that 0 and -0 differ and nothing is rounded."""
    columns = [column.combine_chunks() for column in lines.columns]
    return pa.table(
        [column.view(pa.int64()) if pa.types.is_float64(column.type) else column for column in columns], lines.column_names
    )  # fmt: skip


def _peers(kept: Peers, now: Peers) -> Iterator[Difference]:
    then, found = (
        {(path, group): [repr(float(value)) for value in values] for path, groups in peers.items() for group, values in groups.items()}
        for peers in (kept, now)
    )  # fmt: skip
    for path, group in sorted(then.keys() | found.keys()):
        if then.get((path, group)) != found.get((path, group)):
            sizes = [len(peers.get((path, group), ())) for peers in (then, found)]
            yield Difference(
                f"the peers of {group}",
                path,
                "their values",
                f"{sizes[0]} values",
                f"{sizes[1]} values",
            )


def _said(value: object) -> str:
    return (
        "nothing"
        if value is None or value == ""
        else repr(value)
        if isinstance(value, float)
        else str(value)
    )
