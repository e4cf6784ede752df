"""This file holds the roles and what each may do: one table, which pages, actions and queries ask."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from keepwell.errors import NotAllowed

Role: TypeAlias = Literal["admin", "leader", "csm", "account executive", "executive", "viewer"]
Right: TypeAlias = Literal[
    "see", "see likelihood", "override", "pulse", "touch", "undo", "assign", "teams", "publish", "import",
    "score", "people", "tokens", "audit",
]  # fmt: skip
Scope: TypeAlias = Literal["read accounts", "read scores", "write touches", "write pulses"]
Reach: TypeAlias = Literal["all", "own", ""]  # all accounts, one's own, or none

ROLES: Final[tuple[Role, ...]] = get_args(Role)
# What is no matter of single accounts is "all", or nothing. Own accounts are those that somebody has today, by whatever
# kind of ownership, and those of whom they cover; to read, with everything below them, and those of their team.
RIGHTS: Final[dict[Right, tuple[Reach, Reach, Reach, Reach, Reach, Reach]]] = {
    # right             admin  leader  csm    a. exec. executive viewer
    "see":             ("all", "all",  "own", "own",   "all",    "all"),
    "see likelihood":  ("all", "all",  "all", "all",   "all",    ""),
    "override":        ("all", "all",  "own", "own",   "own",    ""),
    "pulse":           ("all", "all",  "own", "own",   "own",    ""),
    "touch":           ("all", "all",  "own", "own",   "own",    ""),  # log a call, a meeting, what was done
    "undo":            ("all", "all",  "",    "",      "",       ""),  # what others logged; what is one's own, whoever may log
    "assign":          ("all", "all",  "",    "",      "",       ""),  # accounts to owners, and who covers whom
    "teams":           ("all", "all",  "",    "",      "",       ""),  # whether members see each other's accounts
    "publish":         ("all", "all",  "",    "",      "",       ""),  # cards, and roll them back
    "import":          ("all", "",     "",    "",      "",       ""),  # and everything else that changes what is stored
    "score":           ("all", "all",  "",    "",      "",       ""),
    "people":          ("all", "",     "",    "",      "",       ""),  # users, and where they are signed in
    "tokens":          ("all", "",     "",    "",      "",       ""),
    "audit":           ("all", "",     "",    "",      "",       ""),
}  # fmt: skip
# What a token may of what its person may: these rights, and no others.
SCOPES: Final[dict[Scope, tuple[Right, ...]]] = {
    "read accounts": ("see",),
    "read scores": ("see", "see likelihood"),
    "write touches": ("touch",),
    "write pulses": ("pulse",),
}


def reach(role: str, right: Right) -> Reach:
    """Tell of which accounts a role has a right; a role that is not known has none.

    >>> reach("leader", "override"), reach("csm", "override"), reach("viewer", "override"), reach("guest", "see")
    ('all', 'own', '', '')
    """
    for known, found in zip(ROLES, RIGHTS[right], strict=True):
        if known == role:
            return found
    return ""


def scopes(role: str) -> tuple[Scope, ...]:
    """Tell which scopes a token of somebody of a role may have: those of which they have a right themselves.

    >>> scopes("viewer"), scopes("guest")
    (('read accounts', 'read scores'), ())
    """
    return tuple(scope for scope, rights in SCOPES.items() if reach(role, rights[0]))


def refused(right: Right, role: str) -> NotAllowed:
    """Say that a role may not do something, and who may."""
    who = [known for known in ROLES if reach(known, right)]
    return NotAllowed(
        f"{_named(role)} may not do this ({right}); nothing was changed.",
        way_out=f"Ask a person who may: {', '.join(who)}.",
    )


def _named(role: str) -> str:
    return f"The role {role}" if role else "Whoever has no role"
