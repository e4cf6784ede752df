"""This file answers which facts are behind a measure of an account's score: whose rows they are, and how the number comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from keepwell.app.queries import accounts, people
from keepwell.app.queries.explanations import Explanation
from keepwell.app.queries.people import PersonRow
from keepwell.app.viewers import Viewer
from keepwell.errors import NotFound, did_you_mean
from keepwell.health.definition import limit as limits
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import OWN
from keepwell.health.definition.table import Table
from keepwell.health.explain import prose
from keepwell.health.explain.tree import Branch

if TYPE_CHECKING:
    from keepwell.health.scoring.rows import WindowRows


class NoSuchMeasure(NotFound):
    """The account's card has no measure of this name; the message proposes the nearest."""

    code = "S112"


@dataclass(frozen=True)
class FactsBehind:
    """The rows behind one measure of a score. `leaf` is its entry of the tree, with the value that was stored.

    `windows` is one, or for growth two: the newest, and the one before it. `read_on` is the date that the newest window
    is read for: earlier than the score's where the value was carried over. `names` are those of the accounts and `people` those
    of the people in the rows; `personal` says which columns hold people.
    """

    explanation: Explanation
    leaf: Branch
    measure: Measure
    read_on: date
    windows: tuple[WindowRows, ...]
    names: Mapping[str, str]
    people: Mapping[str, PersonRow]
    personal: frozenset[str]

    def cell(self, column: str, value: object) -> str:
        """Write one cell of a row for people; a person by the name that the reader may see."""
        if column in self.personal and value is not None:
            return self.people[str(value)].label
        return prose.cell(value)


def leaf(viewer: Viewer, found: Explanation, wanted: str) -> Branch:
    """Find a measure in the tree of an explanation by its name, path or title; raises `NoSuchMeasure`.

    Of a parent among its own children the path says which of the two is meant: `own:` is the one without anybody below.
    """
    itself = [child for child in found.root.accounts() if child.line.kind == "own"]
    leaves = [*found.root.leaves(), *(each for child in itself for each in child.leaves())]
    folded = wanted.casefold()
    for nth in range(3):
        for each in leaves:
            if (each.line.path, each.line.name, each.title)[nth].casefold() == folded:
                return each
    known = dict.fromkeys(each.line.name for each in found.root.leaves())
    raise NoSuchMeasure(
        f"The card of {found.name} has no measure `{limits.shown(wanted)}`. {did_you_mean(wanted, known)}"
    )


def measure_of(viewer: Viewer, leaf: Branch) -> Measure:
    """The measure of an entry as it was read: without anybody below where it is of the account itself."""
    assert leaf.measure, "the entry is a measure"
    is_own = leaf.line.path.startswith(OWN)
    return replace(leaf.measure, scope="own") if is_own else leaf.measure


def named(
    viewer: Viewer,
    found: Explanation,
    leaf: Branch,
    table: Table,
    read_on: date,
    windows: Sequence[WindowRows],
) -> FactsBehind:
    """Put names to the accounts and people in the rows behind a measure, as far as the viewer may know them."""
    personal = frozenset(column.name for column in table.columns if column.person)
    of_account: dict[str, set[str]] = {}
    for window in windows:
        at = [nth for nth, name in enumerate(window.columns) if name in personal]
        for row in window.rows:
            cells = {row.cells[nth] for nth in at} - {None}
            of_account.setdefault(row.account_id, set()).update(cells)
    known: dict[str, PersonRow] = {}
    for account_id, surrogates in of_account.items():
        known |= people.of_account(viewer, account_id, sorted(surrogates))
    return FactsBehind(
        found,
        leaf,
        measure_of(viewer, leaf),
        read_on,
        tuple(windows),
        accounts.names(viewer, list(of_account)),
        known,
        personal,
    )
