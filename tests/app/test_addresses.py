"""This file holds what changes with somebody's name or address: how they sign in, what is theirs, and what is written of it."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse

from keepwell.app import actions, queries
from keepwell.app.actions import addresses, users
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.ownership import OwnerName
from keepwell.app.queries.users import NoSuchUser
from keepwell.app.viewers import Actor
from keepwell.errors import NotAllowed
from tests import pages
from tests.app.people import acting, add, ids
from tests.browsers import PLAIN, browser
from tests.cast import ANA, NOON, VIEWER, Import, account

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation")]


def change(installation: Installation, user: int, email: str, by: Actor = ANA) -> None:
    addresses.change(installation=installation, user_id=user, email=email, by=by, at=NOON)


def land(installation: Installation, **owners: str) -> None:
    rows = [account(account_id, owner=owner) for account_id, owner in owners.items()]
    brought = Import().rows("accounts", *rows)
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def test_accounts_follow_an_address(installation: Installation) -> None:
    pia, eve = add("Pia", "csm"), add("Eve", "csm")
    land(installation, A1="pia@harbour.example", A2="NEW@harbour.example")
    assert ids(pia) == ["A1"]
    change(installation, pia, "New@Harbour.example ")
    assert ids(pia) == ["A1", "A2"], "what the old address was theirs by stays theirs"
    line = AuditEntry.objects.filter(verb="change user").get()
    assert (line.object, line.before, line.after) == (
        "user new@harbour.example", {"email": "pia@harbour.example"}, {"email": "new@harbour.example"}
    )  # fmt: skip
    change(installation, eve, "pia@harbour.example")
    assert (ids(pia), ids(eve)) == (["A2"], ["A1"]), "an address is of whoever has it now"


def test_the_first_administrators_address_stands_for_nobody_afterwards(
    installation: Installation,
) -> None:
    users.first_administrator_link(name="Administrator", by=ANA, at=NOON)
    first = queries.users.by_address(VIEWER, users.FIRST)
    assert first is not None
    change(installation, first.user_id, "ada@harbour.example", acting(first.user_id))
    assert list(OwnerName.objects.values_list("folded_text", flat=True)) == ["ada@harbour.example"]


def test_an_address_that_cannot_be_or_is_anothers_is_not_accepted(installation: Installation) -> None:  # fmt: skip
    pia = add("Pia", "csm")
    add("Eve", "csm")
    for wrong in ("", "pia", "x" * 250 + "@a.example", "a\0@b.example", "EVE@harbour.example"):
        with pytest.raises((users.NotAccepted, users.Known)):
            change(installation, pia, wrong)
    with pytest.raises(NoSuchUser):
        change(installation, 9_999, "new@harbour.example")
    for by in (acting(pia), Actor("user", "stranger")):
        with pytest.raises(NotAllowed):
            change(installation, pia, "new@harbour.example", by)
    assert queries.users.user(VIEWER, pia).email == "pia@harbour.example"
    change(installation, pia, "PIA@harbour.example")
    assert not AuditEntry.objects.filter(verb="change user").exists()


def test_nobody_signs_in_by_an_old_address_or_its_link(
    installation: Installation, quick_hashes: None
) -> None:
    eve = pages.person("eve@harbour.example", role="csm")
    link = pages.token(eve)
    EmailAddress.objects.create(user_id=eve.pk, email=eve.email, verified=True, primary=True)
    change(installation, eve.pk, "new@harbour.example")
    assert not pages.is_in(pages.by_password(eve))
    pages.client().post(f"/sign-in/{link}")
    with pytest.raises(users.UsedUp):
        users.use_link(token=link, by=ANA, at=NOON)
    assert pages.is_in(pages.by_password(pages.Somebody(eve.pk, "new@harbour.example")))


def test_everybody_changes_their_own_name(installation: Installation) -> None:
    pia = add("Pia", "viewer")
    land(installation, A1="nobody@harbour.example")
    actions.ownership.assign(
        installation=installation, account_ids=["A1"], user_id=pia, by=ANA, at=NOON
    )
    for name in ("Pia  Lang", "Pia Lang"):
        addresses.rename(installation=installation, name=name, by=acting(pia), at=NOON)
    assert queries.accounts.account(VIEWER, "A1").owner == "Pia Lang"
    line = AuditEntry.objects.filter(verb="change user").get()
    assert (line.by, line.before, line.after) == ("Pia", {"name": "Pia"}, {"name": "Pia Lang"})
    for wrong in ("", "x" * 201, "a\0b"):
        with pytest.raises(users.NotAccepted):
            addresses.rename(installation=installation, name=wrong, by=acting(pia), at=NOON)
    for by in (ANA, Actor("user", "stranger"), Actor("token", "x", "", acting(pia).viewer)):
        with pytest.raises(NotAllowed):
            addresses.rename(installation=installation, name="Eve", by=by, at=NOON)


def test_an_administrator_turns_off_a_lost_second_factor_of_another() -> None:
    ada, pia = add("Ada", "admin"), add("Pia", "csm")
    for user in (ada, pia):
        Authenticator.objects.create(user_id=user, type="totp", data={})
    with PLAIN:
        opened = browser(ada)
        edited = f"{reverse('people')}?edit="
        assert "Turn it off" in opened.get(f"{edited}{pia}").content.decode()
        assert "Turn it off" not in opened.get(f"{edited}{ada}").content.decode()
        where = reverse("forget_factor", args=[pia])
        assert opened.post(where).status_code == 422
        assert Authenticator.objects.filter(user_id=pia).exists()
        own = opened.post(reverse("forget_factor", args=[ada]), {"sure": "1"})
        assert (own.status_code, Authenticator.objects.count()) == (403, 2)
        assert opened.post(where, {"sure": "1"}).status_code == 302
        assert list(Authenticator.objects.values_list("user_id", flat=True)) == [ada]
        assert "Turn it off" not in opened.get(f"{edited}{pia}").content.decode()
        assert opened.post(reverse("forget_factor", args=[9_999]), {"sure": "1"}).status_code == 404
    line = AuditEntry.objects.get(verb="forget second factor")
    assert (line.by, line.object) == ("Ada", "user pia@harbour.example")


def test_the_page_of_people_changes_all_of_a_person_or_nothing() -> None:
    ada, pia = add("Ada", "admin"), add("Pia", "csm")
    with PLAIN:
        opened = browser(ada)
        where = reverse("change_person", args=[pia])
        said = {"name": "Pia Lang", "email": "lang@harbour.example", "role": "king", "team": ""}
        assert opened.post(where, said).status_code == 422
        assert queries.users.user(VIEWER, pia).email == "pia@harbour.example"
        assert opened.post(where, {**said, "role": "leader"}).status_code == 302
        found = queries.users.user(VIEWER, pia)
        assert (found.name, found.email, found.role) == ("Pia Lang", "lang@harbour.example", "leader")  # fmt: skip
