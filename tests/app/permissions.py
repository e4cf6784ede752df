"""This file sets up the accounts of the permission matrix, and says in one table apart from the code who may see and change each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.models.scores import CurrentScore
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Actor
from tests.app.people import DAY, acting, add
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, use

AS_OF = DAY
BEFORE = AS_OF - timedelta(days=7)
MISSING = "X-0"  # no account has this id

# How an account stands to the person who asks: what their role has to say apart, may they see it, may they change it?
STANDS = {
    # account       sees   changes
    "own-1":       (True,  True),   # imported by name
    "own-2":       (True,  True),   # imported by address, in capitals
    "given-1":     (True,  True),   # given here, imported as another's
    "backup-1":    (True,  True),
    "sponsor-1":   (True,  True),
    "covered-1":   (True,  True),   # of a person whom they cover today
    "below-1":     (True,  True),   # under an own account
    "below-2":     (True,  True),   # under that one, owned by somebody else
    "below-given": (True,  True),   # under one that was given
    "team-1":      (True,  False),  # of a member of their team
    "team-below":  (True,  False),
    "above-1":     (False, False),  # over an own account
    "beside-1":    (False, False),  # under that one, beside the own
    "other-1":     (False, False),
    "nobody-1":    (False, False),  # has no owner
    "lost-1":      (False, False),  # imported as theirs, given to another
    "ended-1":     (False, False),  # was theirs until yesterday
    "later-1":     (False, False),  # is theirs from tomorrow on
    "was-covered": (False, False),  # of a person whom they covered until yesterday
    "covers-me":   (False, False),  # of a person who covers them
    "of-covered":  (False, False),  # of a member of the team of whom they cover
    "closed-1":    (False, False),  # of a member of a team that is closed, whom nobody covers
}  # fmt: skip
# What a role may without regard to that: all, what stands to it so, or none.
ROLES = {
    # role                sees   changes
    "admin":             ("all", "all"),
    "leader":            ("all", "all"),
    "csm":               ("own", "own"),
    "account executive": ("own", "own"),
    "executive":         ("all", "own"),
    "viewer":            ("all", "none"),
}  # fmt: skip
MAY = {
    # right            who
    "publish":         {"admin", "leader"},
    "score":           {"admin", "leader"},
    "import":          {"admin"},
    "assign":          {"admin", "leader"},
    "teams":           {"admin", "leader"},
    "people":          {"admin"},
    "tokens":          {"admin"},
    "audit":           {"admin"},
    "see likelihood":  {"admin", "leader", "csm", "account executive", "executive"},
    "see":             set(ROLES),
    "override":        set(ROLES) - {"viewer"},
    "pulse":           set(ROLES) - {"viewer"},
    "touch":           set(ROLES) - {"viewer"},
    "undo":            {"admin", "leader"},  # what others logged
}  # fmt: skip


def sees(role: str, account_id: str) -> bool:
    """What the tables say: whether somebody of a role sees an account."""
    if account_id == MISSING or role not in ROLES:
        return False
    return ROLES[role][0] == "all" or STANDS[account_id][0]


def changes(role: str, account_id: str) -> bool:
    """What the tables say: whether somebody of a role may change an account."""
    if account_id == MISSING or role not in ROLES:
        return False
    reach = ROLES[role][1]
    return reach == "all" or (reach == "own" and STANDS[account_id][1])


@dataclass(frozen=True)
class World:
    """The accounts of the table with the person who asks, scored on two dates; `others` are by name."""

    installation: Installation
    person: int
    others: dict[str, int]
    before: ScoredRun
    run: ScoredRun
    token: int  # of Else

    def as_role(self, role: str) -> Actor:
        """The person, in a role: as the next request would see them."""
        actions.users.change(
            installation=self.installation, user_id=self.person, role=role, by=ANA, at=NOON
        )
        return acting(self.person)


def build(installation: Installation) -> World:
    """Import the accounts of the table, with people, dates and cover that make each what the table calls it."""
    _import(installation)
    person = add("Pia", "csm", "north", owner="Pia Lang")
    others = {
        name: add(name, "csm", team)
        for name, team in {
            "Mate": "north", "Absent": "south", "Southern": "south", "Earlier": "", "Cover": "", "Else": "east", "Closed": "west",
        }.items()
    }  # fmt: skip
    add("Ada", "admin")  # so that Pia need not stay one
    for account_id, kind, begin, end in (
        ("given-1", "csm", DAY, None),
        ("backup-1", "backup", DAY, DAY),
        ("sponsor-1", "sponsor", DAY - timedelta(days=40), None),
        ("ended-1", "csm", DAY - timedelta(days=9), DAY),
        ("later-1", "csm", DAY + timedelta(days=1), None),
    ):
        _give(installation, account_id, person, kind, begin, end)
    # Ended by hand: what was until yesterday cannot be given any more today.
    actions.ownership.end(installation=installation, account_id="ended-1", by=ANA, at=NOON)
    _give(installation, "lost-1", others["Else"], "csm", DAY, None)
    for away, covered_by, begin, end in (
        (others["Absent"], person, DAY, DAY),
        (others["Earlier"], person, DAY - timedelta(days=9), DAY),
        (person, others["Cover"], DAY, DAY),
    ):
        number = actions.absences.cover(
            installation=installation, user_id=away, covered_by=covered_by, from_on=begin, until_on=end, by=ANA, at=NOON
        )  # fmt: skip
        if away == others["Earlier"]:
            actions.absences.end(installation=installation, absence_id=number, by=ANA, at=NOON)
    actions.users.set_team(team="west", sees_each_other=False, by=ANA, at=NOON)
    token = actions.tokens.make(
        name="sync", scopes=["read accounts"], by=acting(others["Else"]), at=NOON
    )
    return World(installation, person, others, *_score(installation), token.token_id)


def _give(
    installation: Installation, account_id: str, user: int, kind: str, begin: date, end: date | None
) -> None:
    actions.ownership.assign(
        installation=installation, account_ids=[account_id], user_id=user, kind=kind, from_on=begin, until_on=end, by=ANA, at=NOON,
    )  # fmt: skip


def _import(installation: Installation) -> None:
    owners = {
        "own-1": ("Pia Lang", "above-1"), "own-2": ("PIA@harbour.example", ""), "given-1": ("Else Where", ""),
        "below-1": ("", "own-1"), "below-2": ("else@harbour.example", "below-1"), "below-given": ("", "given-1"),
        "covered-1": ("absent@harbour.example", ""), "team-1": ("mate@harbour.example", ""), "team-below": ("", "team-1"),
        "above-1": ("else@harbour.example", ""), "beside-1": ("else@harbour.example", "above-1"),
        "other-1": ("else@harbour.example", ""), "lost-1": ("Pia Lang", ""), "was-covered": ("earlier@harbour.example", ""),
        "covers-me": ("cover@harbour.example", ""), "of-covered": ("southern@harbour.example", ""),
        "closed-1": ("closed@harbour.example", ""),
    }  # fmt: skip
    rows, lines, uses = [], [], []
    for nth, account_id in enumerate(STANDS):
        owner, parent = owners.get(account_id, ("", ""))
        rows.append(
            account(account_id, owner=owner, name=f"Firm {account_id}", parent_id=parent or None)
        )
        lines.append(
            line(f"L-{nth}", account_id, annual_amount=100 + nth, ends_on=date(2026, 5, 1))
        )
        uses += [use(f"u{nth}-{each}", account_id, day=1 + each) for each in range(2)]
    brought = Import(since=date(2025, 1, 1)).rows("accounts", *rows).rows("contracts", *lines)
    brought.rows("usage", *uses)
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def _score(installation: Installation) -> tuple[ScoredRun, ScoredRun]:
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    made = [
        actions.scores.run(installation=installation, as_of=day, by=ANA, at=NOON).run_id
        for day in (BEFORE, AS_OF)
    ]
    for account_id in STANDS:
        actions.overrides.override(
            installation=installation, account_id=account_id, score=3.0, because="so", until=AS_OF, by=ANA, at=NOON
        )  # fmt: skip
        actions.pulses.give(
            installation=installation, account_id=account_id, pulse="red", note="so", id=f"p-{account_id}", by=ANA, at=NOON
        )  # fmt: skip
        for id in (f"t-{account_id}", f"gone-{account_id}"):
            actions.touchpoints.log(
                installation=installation, account_id=account_id, kind="note", note="so", id=id, by=ANA, at=NOON
            )  # fmt: skip
    actions.intake.move(installation=installation, by=ANA, at=NOON)
    for account_id in STANDS:  # each has a fact that waits, and one that waits to be withdrawn
        actions.touchpoints.undo(
            installation=installation, account_id=account_id, id=f"gone-{account_id}", by=ANA, at=NOON
        )  # fmt: skip
        actions.touchpoints.log(
            installation=installation, account_id=account_id, kind="note", note="so", id=f"w-{account_id}", by=ANA, at=NOON
        )  # fmt: skip
    CurrentScore.objects.update(moved=-1.0)  # so that each has fallen
    first, second = (queries.runs.by_id(VIEWER, run_id) for run_id in made)
    return first, second
