"""This file holds who is told what and may do what: every query and every action, by role and by how an account stands to whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keepwell.app import actions, queries, rights
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from keepwell.app.viewers import Actor, Viewer
from keepwell.errors import NotAllowed, NotFound, UserError
from tests.app.permission_cells import AS_ANOTHER, CELLS, LEAST, NUMBERS, SHOWN, SLOW, total
from tests.app.permission_queries import (
    EVERYBODY,
    OF_ALL,
    OF_ONE,
    OF_RIGHTS,
    STRANGER,
    UNLISTED,
    told,
)
from tests.app.permissions import (
    AS_OF,
    MAY,
    ROLES,
    STANDS,
    World,
    build,
    changes,
    sees,
)
from tests.cast import ANA, CARD, NOON, VIEWER
from tests.house.test_viewers import UNSEEN, public


@pytest.fixture
def world(installation: Installation) -> World:
    return build(installation)


def by_role(world: World) -> list[tuple[str, Actor]]:
    return [("stranger", STRANGER), *((role, world.as_role(role)) for role in ROLES)]


def test_the_table_of_rights_is_what_it_should_be() -> None:
    said = {
        right: {role for role in rights.ROLES if rights.reach(role, right)}
        for right in rights.RIGHTS
    }
    assert said == MAY
    reach = {
        role: (rights.reach(role, "see"), rights.reach(role, "touch") or "none")
        for role in rights.ROLES
    }
    assert reach == ROLES
    for right in ("override", "pulse"):
        assert {role: rights.reach(role, right) or "none" for role in rights.ROLES} == {
            role: change for role, (_, change) in ROLES.items()
        }


def test_the_matrix_has_ten_thousand_cells() -> None:
    """Each test below and of pages and routes asserts that it asks its share."""
    assert total() >= LEAST, CELLS


def test_every_query_has_its_place_in_the_matrix() -> None:
    known = [*OF_ONE, *OF_ALL, *OF_RIGHTS, *UNLISTED, *UNSEEN]
    assert len(known) == len(set(known))
    assert set(known) == {f"{path.stem}.{function.name}" for path, function in public("queries")}


def test_every_query_tells_of_an_account_whoever_may_see_it(world: World) -> None:
    cells, wrong = 0, []
    for role, by in by_role(world):
        for name, query in OF_ONE.items():
            for account_id in EVERYBODY:
                if name in SLOW and (role in AS_ANOTHER or account_id not in SHOWN):
                    continue
                answer = told(lambda: query(world, by.viewer, account_id))  # noqa: B023
                cells += 1
                if bool(answer) != sees(role, account_id):
                    wrong.append((role, name, account_id, bool(answer)))
    assert wrong == []
    assert cells == CELLS["queries of one account"] + CELLS["slow queries of one account"]


@pytest.mark.both_databases
def test_every_list_has_the_accounts_that_may_be_seen(world: World) -> None:
    cells, wrong = 0, []
    everything = {name: query(world, VIEWER) for name, query in OF_ALL.items()}
    for role, by in by_role(world):
        seen = {account_id for account_id in STANDS if sees(role, account_id)}
        owners = {
            row.owner for row in queries.accounts.everyone(VIEWER) if row.account_id in seen
        } - {""}
        for name, query in OF_ALL.items():
            answer = query(world, by.viewer)
            if name == "accounts.owners":
                expected: Any = owners
            elif name == "scorecards.uses":
                expected = everything[name] // len(STANDS) * len(seen)
            else:
                expected = everything[name] & seen if isinstance(answer, set) else len(seen)
            cells += 1 if name in NUMBERS else len(STANDS)
            if answer != expected:
                wrong.append((role, name, answer, expected))
    assert wrong == []
    assert all(everything.values()), "each answers who sees all"
    numbers = {name for name, answer in everything.items() if not isinstance(answer, set)}
    assert numbers == NUMBERS - {"accounts.owners"}
    assert cells == CELLS["queries of all accounts"]


def test_what_hangs_on_a_right_is_told_to_those_who_have_it(world: World) -> None:
    cells, wrong = 0, []
    for role, by in by_role(world):
        for name, (right, query) in OF_RIGHTS.items():
            cells += 1
            answer = told(lambda: query(world, by.viewer))  # noqa: B023
            if bool(answer) != (role in MAY[right]):
                wrong.append((role, name, answer))
    assert wrong == []
    assert cells == CELLS["queries of a right"]


def test_what_is_below_is_listed_or_counted(world: World) -> None:
    below = {
        "above-1": ["beside-1", "own-1"],
        "own-1": ["below-1"],
        "team-1": ["team-below"],
        "other-1": [],
    }
    for role, by in by_role(world):
        for account_id, ids in below.items():
            shown = [each for each in ids if sees(role, each)]
            answer = told(lambda: queries.accounts.children(by.viewer, account_id))  # noqa: B023
            if not shown and not sees(role, account_id):
                assert answer is None
            else:
                rows, hidden = answer
                assert ([row.account_id for row in rows], hidden) == (shown, len(ids) - len(shown))


def _attempts(world: World) -> dict[str, Callable[[Actor, str], Any]]:
    """Every action that somebody does to one account."""
    said: dict[str, Any] = {"installation": world.installation, "at": NOON}

    def pulse(by: Actor, account_id: str) -> Any:
        number = queries.intake.waiting(VIEWER)
        return actions.pulses.give(
            **said,
            account_id=account_id,
            pulse="red",
            note="so",
            id=f"{by.name}{len(number)}{account_id}",
            by=by,
        )

    def touch(by: Actor, account_id: str) -> Any:
        number = len(queries.intake.waiting(VIEWER))
        return actions.touchpoints.log(
            **said, account_id=account_id, kind="note", note="so", id=f"{by.name}{number}{account_id}", by=by
        )  # fmt: skip

    return {
        "overrides.override": lambda by, a: actions.overrides.override(
            **said, account_id=a, score=5.0, because="so", until=AS_OF, by=by
        ),
        "overrides.end": lambda by, a: actions.overrides.end(**said, account_id=a, by=by),
        "pulses.give": pulse,
        "pulses.undo": lambda by, a: actions.pulses.undo(**said, account_id=a, id=_own_id(by, a, "p"), by=by),
        "touchpoints.log": touch,
        "touchpoints.undo": lambda by, a: actions.touchpoints.undo(**said, account_id=a, id=_own_id(by, a), by=by),
    }  # fmt: skip


def _own_id(by: Actor, account_id: str, kind: str = "t") -> str:
    return f"own-{kind}-{by.name}-{by.viewer.role}-{account_id}"


def _own_touch(world: World, by: Actor, account_id: str) -> None:
    """A touch that somebody logged when they still might: whether they may undo it hangs on today."""
    once = Viewer(by.name, sees_all=True, user_id=by.viewer.user_id)
    actions.touchpoints.log(
        installation=world.installation, account_id=account_id, kind="note", note="so", id=_own_id(by, account_id),
        by=Actor("operator", by.name, looks=once), at=NOON,
    )  # fmt: skip


def _own_pulse(world: World, by: Actor, account_id: str) -> None:
    """A pulse that somebody gave when they still might."""
    once = Viewer(by.name, sees_all=True, user_id=by.viewer.user_id)
    actions.pulses.give(
        installation=world.installation, account_id=account_id, pulse="red", note="so", id=_own_id(by, account_id, "p"),
        by=Actor("operator", by.name, looks=once), at=NOON,
    )  # fmt: skip


@pytest.mark.both_databases
def test_every_change_of_an_account_is_for_those_who_may(world: World) -> None:
    """Whoever does not see it is told that there is none; whoever sees it and may not, that it is not theirs."""
    cells = 0
    wrong: list[tuple[Any, ...]] = []
    for role, by in by_role(world):
        for name, attempt in _attempts(world).items():
            for account_id in EVERYBODY:
                cells += 1
                if name == "touchpoints.undo" and account_id in STANDS:
                    _own_touch(world, by, account_id)
                if name == "pulses.undo" and account_id in STANDS:
                    _own_pulse(world, by, account_id)
                before = (
                    len(queries.overrides.history(VIEWER)),
                    len(queries.intake.waiting(VIEWER)),
                )
                try:
                    attempt(by, account_id)
                    done = "done"
                except NotAllowed:
                    done = "not theirs"
                except NotFound:
                    done = "none"
                except UserError as error:
                    done = str(error)
                after = (
                    len(queries.overrides.history(VIEWER)),
                    len(queries.intake.waiting(VIEWER)),
                )
                expected = (
                    "done"
                    if changes(role, account_id)
                    else "not theirs"
                    if sees(role, account_id)
                    else "none"
                )
                if (
                    name == "overrides.end" and done == expected == "done"
                ):  # another one can be ended
                    attempts = _attempts(world)
                    attempts["overrides.override"](ANA, account_id)
                elif (after != before) != (expected == "done"):
                    wrong.append((role, name, account_id, before, after))
                if done != expected:
                    wrong.append((role, name, account_id, done, expected))
    assert wrong == []
    assert cells == CELLS["changes of one account"]


def _deeds(world: World) -> dict[str, tuple[str, Callable[[Actor], Any]]]:
    """Every action that hangs on a right; each fails for those who have it too, but later and otherwise."""
    said: dict[str, Any] = {"installation": world.installation, "at": NOON}
    nobody = 10_000
    return {
        "backtests.run": ("publish", lambda by: actions.backtests.run(installation=world.installation, by=by)),
        "past_leavers.run": ("publish", lambda by: actions.past_leavers.run(installation=world.installation, text="x", by=by)),
        "judgements.run": ("publish", lambda by: actions.judgements.run(**said, by=by)),
        "judgements.keep": ("publish", lambda by: actions.judgements.keep(found=DRAFT, by=by, at=NOON)),
        "likelihoods.freeze": ("publish", lambda by: actions.likelihoods.freeze(note="", by=by, at=NOON)),
        "scorecards.publish": ("publish", lambda by: actions.scorecards.publish(text="x", note="", by=by, at=NOON, parent=None)),
        "scorecards.roll_back": ("publish", lambda by: actions.scorecards.roll_back(number=99, note="", by=by, at=NOON)),
        "scores.run": ("score", lambda by: actions.scores.run(**said, as_of=AS_OF, by=by, definition="x")),
        "scores.runs": ("score", lambda by: actions.scores.runs(**said, dates=[AS_OF], by=by, definition="x")),
        "imports.run": ("import", lambda by: actions.imports.run(**said, paths=[Path("none.csv")], by=by)),
        "jobs.ask": ("score", lambda by: actions.jobs.ask(kind="score", by=by, at=NOON)),
        "orphans.remove": ("import", lambda by: actions.orphans.remove(**said, by=by)),
        "verification.run": ("import", lambda by: actions.verification.run(**said, by=by)),
        "accounts.rebuild": ("import", lambda by: actions.accounts.rebuild(**said, by=by)),
        "read_model.rebuild": ("import", lambda by: actions.read_model.rebuild(**said, by=by)),
        "ownership.assign": ("assign", lambda by: actions.ownership.assign(**said, account_ids=["own-1"], user_id=nobody, by=by)),
        "ownership.end": ("assign", lambda by: actions.ownership.end(**said, account_id="own-1", kind="renewals", by=by)),
        "absences.cover": ("assign", lambda by: actions.absences.cover(
            **said, user_id=world.others["Else"], covered_by=nobody, from_on=AS_OF, until_on=AS_OF, by=by
        )),
        "users.invite": ("people", lambda by: actions.users.invite(email="x", name="X", role="csm", by=by, at=NOON)),
        "users.change": ("people", lambda by: actions.users.change(**said, user_id=nobody, role="csm", by=by)),
        "users.deactivate": ("people", lambda by: actions.users.deactivate(user_id=nobody, by=by, at=NOON)),
        "users.reactivate": ("people", lambda by: actions.users.reactivate(user_id=nobody, by=by, at=NOON)),
        "users.new_link": ("people", lambda by: actions.users.new_link(user_id=nobody, by=by, at=NOON)),
        "users.name_owner": ("people", lambda by: actions.users.name_owner(text="", user_id=None, by=by, at=NOON)),
        "addresses.change": ("people", lambda by: actions.addresses.change(**said, user_id=nobody, email="x@y.example", by=by)),
        "second_factors.forget": ("people", lambda by: actions.second_factors.forget(user_id=nobody, by=by, at=NOON)),
        "users.set_team": ("teams", lambda by: actions.users.set_team(team="", sees_each_other=True, by=by, at=NOON)),
    }  # fmt: skip


def test_every_deed_is_for_those_who_have_the_right(world: World) -> None:
    cells, wrong = 0, []
    for role, by in by_role(world):
        for name, (right, deed) in _deeds(world).items():
            cells += 1
            try:
                deed(by)
                refused = False
            except UserError as error:
                refused = isinstance(error, NotAllowed)
            if refused == (role in MAY[right]):
                wrong.append((role, name, refused))
    assert wrong == []
    assert cells == CELLS["deeds of a right"]


# Actions that are asked by nobody from outside, that read alone, or that are let through by what calls them.
DRAFT = Judged(file="draft", version=None, scores="known", backtest=None)  # type: ignore[arg-type]
OPEN_TO_ALL = {
    "addresses.rename": "one's own; tested with tokens and names",
    "absences.end": "of oneself, else found by those alone who assign: tested by itself",
    "audit.write": "a step of every action",
    "checks.card": "reads a card",
    "comparisons.between_versions": "reads, for those who see the account",
    "demo.make": "the operator's",
    "facts_behind.of_measure": "reads, for those who see the account",
    "intake.move": "a step of imports and scores, of what was let in",
    "intake.receive": "a step of pulses",
    "intake.withdraw": "a step of undoing a touch or a pulse",
    "jobs.end": "a step of whoever does work",
    "jobs.give_up": "a step of whoever does work",
    "jobs.give_up_dead": "says what is so already",
    "jobs.work": "a step of whoever does work: its actions ask for the rights",
    "live_scores.explained": "reads, for those who see the account",
    "loads.load": "a step of imports",
    "manifest_rebuild.run": "the operator's: it needs a stopped company",
    "migrations.run": "the operator's",
    "ownership.follow_dates": "a step of scores: it does what was said before",
    "previews.try_out": "reads, of those who may be seen",
    "withdrawals.undo": "a step of undoing a touch or a pulse",
    "rejects.remove_expired": "a step of imports",
    "replays.replay": "reads, of those who may be seen",
    "saved_views.remove": "one's own; tested with views",
    "saved_views.save": "one's own; tested with views",
    "second_factors.forget_first_administrators": "the operator's",
    "tokens.make": "one's own, within one's rights: tested by itself",
    "tokens.revoke": "one's own, or anybody's for those who may: tested by itself",
    "tokens.use": "whoever has the token",
    "users.first_administrator_link": "the operator's",
    "users.link": "a step of invitations and of the command line",
    "users.use_link": "whoever has the link",
}


def test_every_action_has_its_place_in_the_matrix(world: World) -> None:
    from tests.house.test_viewers import NOBODYS, STEPS

    known = [*_attempts(world), *_deeds(world), *OPEN_TO_ALL]
    there = {
        f"{path.stem}.{function.name}"
        for path, function in public("actions")
        if path.stem not in STEPS
    }
    assert set(known) == there - set(NOBODYS)


def _read(world: World, by: Actor, account_id: str) -> tuple[Callable[[], Any], ...]:
    said: dict[str, Any] = {"installation": world.installation, "as_of": AS_OF}
    return (
        lambda: actions.live_scores.explained(**said, account_id=account_id, by=by),
        lambda: actions.comparisons.between_versions(**said, account_id=account_id, first=1, second=1, by=by),
    )  # fmt: skip


def test_what_reads_by_an_action_is_for_those_who_see(world: World) -> None:
    said: dict[str, Any] = {"installation": world.installation, "as_of": AS_OF}
    cells, wrong = 0, []
    for role, by in by_role(world):
        if role in AS_ANOTHER:
            continue
        for account_id in SHOWN:
            for asked in _read(world, by, account_id):
                cells += 1
                if bool(told(asked)) != sees(role, account_id):
                    wrong.append((role, account_id))
        tried = actions.previews.try_out(**said, text=CARD, by=by)
        if {row.account_id for row in tried.rows} != {each for each in STANDS if sees(role, each)}:
            wrong.append((role, "previews"))
    assert wrong == []
    assert cells == CELLS["reading actions"]
