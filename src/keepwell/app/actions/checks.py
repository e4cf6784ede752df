"""This file checks a card against the data of its workspace, and keeps nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from keepwell.app.actions import engines
from keepwell.app.installation import Installation
from keepwell.app.queries import checks, facts
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.health.checks import check
from keepwell.health.checks.evidence import Evidence, Measured
from keepwell.health.definition.document import Document
from keepwell.health.definition.scorecard import Definition

READ = ("path", "value", "never", "label", "points", "missing")


@dataclass(frozen=True)
class Checked:
    """A card as it was read and what was found; `as_of` is the date of the data that it was held against, if any.

    Of the accounts of that date the card is for `accounts`, and `left_out` is the number of the others.
    """

    document: Document
    as_of: date | None = None
    accounts: int = 0
    left_out: int = 0


def card(
    *,
    installation: Installation,
    text: str,
    file: str,
    today: date,
    by: Actor,
    as_of: date | None = None,
    with_data: bool = True,
) -> Checked:
    """Check a card's text with what is known around it; the date of the newest facts is taken where none is given.

    Raises `IntegrityError` where the facts are not what was written; `with_data=False` does without them.
    """
    evidence, tables = (
        checks.surroundings(by.viewer, installation, text=text, today=today),
        facts.tables(SYSTEM),
    )
    definition = check.check(text, file=file, tables=tables, with_advice=False).definition
    left_out = 0
    if definition and with_data and facts.latest_batch(SYSTEM):
        evidence, left_out = _seen(
            installation, definition, as_of or checks.newest(SYSTEM, today), evidence
        )
    document = check.check(text, file=file, tables=tables, evidence=evidence)
    return Checked(document, evidence.as_of, evidence.accounts, left_out)


def _seen(
    installation: Installation, definition: Definition, as_of: date, evidence: Evidence
) -> tuple[Evidence, int]:
    """Compute the card once, and count what each of its measures gave, and the accounts that it is not for."""
    with engines.latest(installation) as snapshot, engines.opened(snapshot) as engine:
        result = engine.score(definition, as_of)
        scores, lines = result.scores(), result.lines_arrow
        unseen = engine.unseen_words(definition, as_of)
        left_out = len(engine.standings(as_of)) - len(scores)
    by_path: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines.select([*READ, "kind"]).to_pylist():
        if line["kind"] == "measure":
            by_path.setdefault(line["path"], []).append(line)
    seen = replace(
        evidence,
        as_of=as_of,
        accounts=len(scores),
        without_score=sum(1 for score in scores if score.score is None),
        measured={path: _measured(own) for path, own in by_path.items()},
        unseen=unseen,
    )
    return seen, left_out


def _measured(lines: Sequence[Mapping[str, Any]]) -> Measured:
    """Count what one measure gave to all accounts."""
    known = [line for line in lines if line["missing"] is None]
    values = {
        "never" if line["never"] else line["value"] if line["label"] is None else line["label"]
        for line in known
    }
    only = values.pop() if len(values) == 1 else None
    reasons = Counter(line["missing"] for line in lines if line["missing"] is not None)
    return Measured(
        accounts=len(lines),
        known=len(known),
        at_worst=sum(1 for line in known if line["points"] == 0),
        at_best=sum(1 for line in known if line["points"] == 100),
        only_value="" if only is None else f"{only:g}" if isinstance(only, float) else str(only),
        reason=min(reasons, key=lambda reason: (-reasons[reason], reason), default=""),
    )
