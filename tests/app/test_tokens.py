"""This file holds what is promised of tokens: shown once, never more than their person may, and ended at once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from keepwell.app import actions, queries, rights
from keepwell.app.actions import tokens
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.tokens import ApiToken
from keepwell.app.viewers import Actor
from keepwell.errors import NotAllowed
from tests import pages
from tests.app.people import DAY, acting, add
from tests.browsers import PLAIN, browser
from tests.cast import ANA, NOON, VIEWER

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation")]
STRANGER = Actor("token", "somebody", "10.0.0.1")
READ = ["read accounts"]


def made(user: int, scopes: list[str] | None = None, name: str = "sync", days: int = 90) -> str:
    return tokens.make(name=name, scopes=scopes or READ, days=days, by=acting(user), at=NOON).token


def used(installation: Installation, token: str, at: timedelta = timedelta()) -> Actor:
    return tokens.use(installation=installation, token=token, by=STRANGER, at=NOON + at)


def test_a_token_is_kept_as_a_hash_alone(installation: Installation) -> None:
    pia = add("Pia", "csm")
    token = made(pia)
    assert re.fullmatch(r"kw_[\w-]{43}", token)
    assert token != made(pia, name="other")
    row = ApiToken.objects.get(name="sync")
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    said = str(AuditEntry.objects.values_list("object", "detail", "before", "after"))
    assert "token sync of pia@harbour.example" in said
    assert token not in said + str(vars(row))


def test_it_acts_as_its_person_within_its_scopes(installation: Installation) -> None:
    pia = add("Pia", "csm")
    by = used(installation, made(pia, ["write pulses", "read accounts"]))
    assert (by.kind, by.name, by.place) == ("token", "Pia", "token sync, 10.0.0.1")
    assert replace(by.viewer, scopes=None) == acting(pia).viewer
    assert by.viewer.scopes == {"read accounts", "write pulses"}
    assert [right for right in rights.RIGHTS if by.viewer.may(right)] == ["see", "pulse"]
    with pytest.raises(NotAllowed):
        by.require("touch")


@pytest.mark.parametrize("role", rights.ROLES)
def test_no_token_may_more_than_its_scopes_and_its_person(
    installation: Installation, role: str
) -> None:
    user = add("Pia", role)
    person = acting(user).viewer
    by = used(installation, made(user, list(rights.scopes(role)))).viewer
    granted = {right for scope in rights.scopes(role) for right in rights.SCOPES[scope]}
    for right in rights.RIGHTS:
        assert by.may(right) == (person.may(right) and right in granted), right
    assert not any(by.may(right) for right in ("people", "tokens", "audit", "assign", "override"))
    narrow = replace(by, scopes=frozenset(["read accounts"]))
    rows = ApiToken.objects.all()
    assert list(narrow.changeable(rows, "name")) == []
    assert not narrow.may_change("A-1")


def test_a_change_of_role_reaches_the_token_at_once(installation: Installation) -> None:
    pia = add("Pia", "csm")
    token = made(pia, ["write pulses"])
    actions.users.change(installation=installation, user_id=pia, role="viewer", by=ANA, at=NOON)
    assert not used(installation, token).viewer.may("pulse")


def test_it_ends_when_it_expires_is_revoked_or_its_person_goes(installation: Installation) -> None:
    pia, eve = add("Pia", "csm"), add("Eve", "csm")
    first, second, third = made(pia), made(pia, name="second"), made(eve)
    almost = timedelta(days=90) - timedelta(seconds=1)
    assert used(installation, first, almost).name == "Pia"
    with pytest.raises(tokens.NotValid):
        used(installation, first, timedelta(days=90))
    number = next(row.token_id for row in queries.tokens.of(acting(pia).viewer) if row.name == "sync")  # fmt: skip
    tokens.revoke(token_id=number, by=acting(pia), at=NOON)
    tokens.revoke(token_id=number, by=acting(pia), at=NOON)
    with pytest.raises(tokens.NotValid):
        used(installation, first)
    assert AuditEntry.objects.filter(verb="revoke token").count() == 1
    actions.users.deactivate(user_id=pia, by=ANA, at=NOON)
    with pytest.raises(tokens.NotValid):
        used(installation, second)
    assert AuditEntry.objects.get(verb="deactivate user").detail["tokens_revoked"] == 1
    actions.users.reactivate(user_id=pia, by=ANA, at=NOON)
    with pytest.raises(tokens.NotValid):
        used(installation, second)
    assert used(installation, third).name == "Eve"


def test_whoever_is_not_active_has_no_token_that_works(installation: Installation) -> None:
    """Also where somebody was let go by a version that knew no tokens."""
    token = made(add("Pia", "csm"))
    from keepwell.app.models.users import User

    User.objects.update(is_active=False)
    with pytest.raises(tokens.NotValid):
        used(installation, token)


WRONG = ["", "kw_", "kw_" + "x" * 43, "\udc80", "kw_\udc80", "kw_ä", "kw_" + "x" * 100_000]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_token_is_not_valid(installation: Installation, wrong: str) -> None:
    token = made(add("Pia", "csm"))
    for shown in (wrong, token[:-1], token + "x", token[3:], token.upper(), hashlib.sha256(token.encode()).hexdigest()):  # fmt: skip
        with pytest.raises(tokens.NotValid):
            used(installation, shown)


def test_the_day_of_the_last_use_is_noted(installation: Installation) -> None:
    pia = add("Pia", "csm")
    token = made(pia)
    row = lambda: queries.tokens.of(acting(pia).viewer)[0].last_used_on  # noqa: E731
    assert row() is None
    used(installation, token)
    assert row() == DAY
    used(installation, token, timedelta(days=1))
    assert row() == DAY + timedelta(days=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "x" * 61},
        {"name": "a\0b"},
        {"scopes": []},
        {"scopes": ["read everything"]},
        {"scopes": ["read accounts", "\udc80"]},
        {"days": 0},
        {"days": -1},
        {"days": 367},
        {"name": "there"},
    ],
)
def test_what_cannot_be_is_not_accepted(wrong: dict[str, object]) -> None:
    pia = add("Pia", "csm")
    made(pia, name="there")
    said = {"name": "sync", "scopes": READ, "days": 90} | wrong
    with pytest.raises(tokens.NotAccepted):
        tokens.make(**said, by=acting(pia), at=NOON)  # type: ignore[arg-type]
    assert len(queries.tokens.of(acting(pia).viewer)) == 1


def test_nobody_makes_a_token_that_may_more_or_in_anothers_name(installation: Installation) -> None:
    viewer = add("Vera", "viewer")
    for scope in ("write pulses", "write touches"):
        with pytest.raises(tokens.NotAccepted, match="so no token of yours may"):
            made(viewer, [scope])
    by_token = used(installation, made(add("Pia", "csm"), ["write pulses"]))
    for by in (by_token, ANA, Actor("user", "stranger")):
        with pytest.raises(tokens.NotAccepted, match="each for themselves"):
            tokens.make(name="x", scopes=READ, by=by, at=NOON)


def test_somebody_has_so_many_at_most() -> None:
    pia = add("Pia", "csm")
    for nth in range(tokens.MOST):
        made(pia, name=f"sync {nth}")
    with pytest.raises(tokens.NotAccepted, match="Revoke one"):
        made(pia)
    tokens.revoke(token_id=queries.tokens.of(acting(pia).viewer)[0].token_id, by=acting(pia), at=NOON)  # fmt: skip
    made(pia)


def test_one_revokes_ones_own_and_an_administrator_any(installation: Installation) -> None:
    pia, eve, ada = add("Pia", "csm"), add("Eve", "leader"), add("Ada", "admin")
    by_token = used(installation, made(pia))
    made(ada, name="of ada")
    number = queries.tokens.of(acting(pia).viewer)[0].token_id
    for by in (acting(eve), by_token, Actor("user", "stranger")):
        with pytest.raises(tokens.NoSuchToken):
            tokens.revoke(token_id=number, by=by, at=NOON)
    with pytest.raises(tokens.NoSuchToken):
        tokens.revoke(token_id=9_999, by=acting(ada), at=NOON)
    assert {row.whose for row in queries.tokens.everyone(acting(ada).viewer)} == {"Pia", "Ada"}
    assert queries.tokens.everyone(acting(pia).viewer) == ()
    tokens.revoke(token_id=number, by=acting(ada), at=NOON)
    assert queries.tokens.by_hash(VIEWER, ApiToken.objects.get(pk=number).token_hash, NOON) is None


def test_the_page_shows_a_token_once() -> None:
    with PLAIN:
        opened = browser(add("Vera", "viewer"))
        page = opened.get(reverse("tokens")).content.decode()
        assert 'value="read scores"' in page
        assert "write pulses" not in page
        assert "Of others" not in page
        said = {"name": "<b>sync", "scope": ["read accounts"], "days": "30"}
        answer = opened.post(reverse("make_token"), said)
        assert "no-store" in answer["Cache-Control"]
        found = re.findall(r'value="(kw_[\w-]{43})"', answer.content.decode())
        assert len(found) == 1
        again = opened.get(reverse("tokens")).content.decode()
        assert found[0] not in again
        assert "&lt;b&gt;sync" in again
        for wrong in ({"days": "9999"}, {"scope": ["write pulses"]}, {"name": ""}, {"days": "x"}):
            refused = opened.post(reverse("make_token"), {"name": "other", **said, **wrong})
            assert (refused.status_code, "No token was made" in refused.content.decode()) == (422, True)  # fmt: skip
        assert ApiToken.objects.count() == 1
        number = ApiToken.objects.get().pk
        assert opened.post(reverse("revoke_token", args=[number])).status_code == 302
        assert '<span class="tag">revoked</span>' in opened.get(reverse("tokens")).content.decode()


def test_the_first_administrator_says_who_they_are(installation: Installation) -> None:
    ada = pages.person("admin@localhost", name="Administrator")
    with PLAIN:
        opened = browser(ada.pk)
        assert "You have no address of your own yet" in opened.get("/me").content.decode()
        opened.post(reverse("change_my_address"), {"email": " Ada@Harbour.Example "})
        opened.post(reverse("rename_me"), {"name": "Ada  Ash"})
        page = opened.get("/me").content.decode()
        assert "no address of your own" not in page
        assert queries.users.user(VIEWER, ada.pk).email == "ada@harbour.example"
        assert queries.users.user(VIEWER, ada.pk).name == "Ada Ash"
        for name, said in (
            ("rename_me", {"name": " "}),
            ("change_my_address", {"email": "ada"}),
        ):
            assert opened.post(reverse(name), said).status_code == 422
