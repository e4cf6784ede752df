"""This file writes the tree of accounts: for each account all those above it, so that one question finds whatever is below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keepwell.app.actions import bulk_writes
from keepwell.app.models import integrity
from keepwell.app.models.accounts import Account
from keepwell.app.models.ownership import AccountTree
from keepwell.errors import IntegrityError

COLUMNS = ("ancestor_id", "account_id")
CHUNK = 2000


def follow(changed: Sequence[Account]) -> None:
    """Let the tree follow accounts that are about to be written; call it before that, in their transaction."""
    parents: dict[str, str] = dict(Account.objects.values_list("account_id", "parent_id"))
    moved = [row for row in changed if parents.get(row.account_id) != row.parent_id]
    is_empty = not AccountTree.objects.exists()
    if not moved and not is_empty:
        return
    parents |= {row.account_id: row.parent_id for row in changed}
    wanted = set(pairs(parents))
    stored = {} if is_empty else {(up, down): pk for pk, up, down in _stored()}
    gone = [pk for pair, pk in stored.items() if pair not in wanted]
    for at in range(0, len(gone), CHUNK):
        AccountTree.objects.filter(pk__in=gone[at : at + CHUNK]).delete()
    bulk_writes.insert(AccountTree, COLUMNS, sorted(wanted - stored.keys()))


def forget() -> None:
    """Empty the tree, so that the next accounts that are written make it anew."""
    AccountTree.objects.all().delete()


def verify() -> Iterator[IntegrityError]:
    """Compare the tree with the accounts, as it decides who sees what: gives an error where it is not theirs."""
    parents = dict(Account.objects.values_list("account_id", "parent_id"))
    if {(up, down) for _, up, down in _stored()} != set(pairs(parents)):
        yield IntegrityError(
            "The tree of accounts, by which people see what is below their own, is not that of the accounts.",
            way_out=integrity.REBUILD,
            code="I162",
        )


def pairs(parents: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give each account with itself and all above it that are known; one that stands above itself does so once.

    >>> sorted(pairs({"a": "", "b": "a", "c": "b", "d": "x"}))
    [('a', 'a'), ('a', 'b'), ('a', 'c'), ('b', 'b'), ('b', 'c'), ('c', 'c'), ('d', 'd')]
    >>> sorted(pairs({"a": "b", "b": "a"}))
    [('a', 'a'), ('a', 'b'), ('b', 'a'), ('b', 'b')]
    """
    for account_id in parents:
        above, met = account_id, set[str]()
        while above in parents and above not in met:
            met.add(above)
            yield above, account_id
            above = parents[above]


def _stored() -> Iterator[tuple[int, str, str]]:
    yield from AccountTree.objects.values_list("pk", *COLUMNS)
