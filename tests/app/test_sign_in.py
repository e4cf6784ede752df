"""This file attacks the sign-in: guessed passwords, replayed links, prepared cookies, redirects and forged forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import override_settings

from keepwell.app.installation import Installation
from keepwell.app.web import passwords
from tests import pages
from tests.installations import AT
from tests.pages import PASSWORD, by_link, by_password, client, is_in, person, token

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation", "quick_hashes")]
LOGIN = "/me/login/"
WRONG = "This address and password do not go together."
TOO_MANY = "Too many tries"


def tried(email: str, password: str, remote: str = "127.0.0.1", **more: str) -> str:
    """What the page says to a try, or where it leads."""
    answer = client().post(
        LOGIN, {"login": email, "password": password}, REMOTE_ADDR=remote, **more
    )
    return answer.headers.get("Location") or answer.content.decode()


# The link


def test_reading_a_link_signs_nobody_in() -> None:
    link, browser = token(person()), client()
    for _ in range(2):
        assert browser.get(f"/sign-in/{link}").status_code == 200
        assert browser.head(f"/sign-in/{link}").status_code == 200
    assert not is_in(browser)
    assert browser.post(f"/sign-in/{link}").headers["Location"] == "/"
    assert is_in(browser)


def test_a_link_works_once() -> None:
    link, first, second = token(person()), client(), client()
    first.post(f"/sign-in/{link}")
    assert second.post(f"/sign-in/{link}").status_code == 404
    assert (is_in(first), is_in(second)) == (True, False)


def test_of_two_at_once_one_gets_in(installation: Installation) -> None:
    link, barrier = token(person()), Barrier(8)
    browsers, codes = [client() for _ in range(8)], []

    def use(browser: Client) -> None:
        barrier.wait()
        codes.append(browser.post(f"/sign-in/{link}").status_code)
        connections.close_all()

    threads = [Thread(target=use, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [302] + [404] * 7
    assert sum(is_in(browser) for browser in browsers) == 1


@pytest.mark.parametrize("what", ["expired", "inactive", "made up", "empty", "not text"])
def test_a_link_that_does_not_work(what: str) -> None:
    somebody = person(is_active=what != "inactive")
    at = datetime.now(UTC) - timedelta(hours=25 if what == "expired" else 0)
    made = {"made up": "a" * 43, "empty": "%20", "not text": "%ff%00"}
    browser = client()
    assert browser.post(f"/sign-in/{made.get(what) or token(somebody, at=at)}").status_code == 404
    assert not is_in(browser)


def test_a_link_takes_the_place_of_whoever_was_signed_in() -> None:
    ada, ben = person(), person("ben@harbour.example")
    browser = by_link(ada)
    browser.post(f"/sign-in/{token(ben)}")
    assert "ben@harbour.example" in browser.get("/me").content.decode()


def test_a_link_lets_somebody_choose_a_password_once_and_within_the_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = person()
    browser, late = by_link(ada), by_link(ada)
    assert "oldpassword" not in browser.get("/me/password/").content.decode()
    monkeypatch.setattr("keepwell.app.web.sign_in.NEW_PASSWORD_SECONDS", -1)
    new = {"password1": "eight quiet herons", "password2": "eight quiet herons"}
    assert late.post("/me/password/", new).status_code == 200
    monkeypatch.undo()
    assert browser.post("/me/password/", new).headers["Location"] == "/me"
    assert "oldpassword" in browser.get("/me/password/").content.decode()
    assert browser.post("/me/password/", new | {"oldpassword": "guess"}).status_code == 200


def test_who_came_by_a_password_is_asked_for_it_before_it_changes() -> None:
    browser = by_password(person())
    new = {"password1": "eight quiet herons", "password2": "eight quiet herons"}
    assert browser.post("/me/password/", new).status_code == 200
    assert "not your current" in browser.post("/me/password/", new | {"oldpassword": "x"}).content.decode()  # fmt: skip
    assert is_in(by_password(pages.Somebody(1, "ada@harbour.example")))


# Passwords


def test_a_password_is_guessed_five_times_and_no_more() -> None:
    ada = person()
    assert [WRONG in tried(ada.email, f"guess {n}", f"10.0.0.{n}") for n in range(5)] == [True] * 5
    assert TOO_MANY in tried(ada.email, "guess 6", "10.0.0.6")
    assert TOO_MANY in tried(ada.email, PASSWORD, "10.0.0.7"), (
        "else the right one would be told apart"
    )
    assert TOO_MANY in tried(ada.email.upper(), PASSWORD, "10.0.0.8")


def test_one_place_guesses_ten_times_whatever_the_address() -> None:
    ada = person()
    found = [tried(f"p{n}@harbour.example", "seven quiet ducks") for n in range(10)]
    assert all(WRONG in said for said in found)
    assert TOO_MANY in tried(ada.email, PASSWORD)
    assert TOO_MANY in tried(ada.email, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.9"), (
        "nobody is believed where they are"
    )
    assert tried(ada.email, PASSWORD, "10.0.0.9") == "/"


def test_behind_a_proxy_its_word_counts_and_not_what_it_was_told() -> None:
    ada = person()
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        for n in range(10):
            tried(f"p{n}@harbour.example", "x", HTTP_X_FORWARDED_FOR=f"1.2.3.{n}, 10.0.0.1")
        assert TOO_MANY in tried(ada.email, PASSWORD, HTTP_X_FORWARDED_FOR="1.2.3.99, 10.0.0.1")
        assert tried(ada.email, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.2") == "/"


def test_the_count_is_in_the_database_where_all_processes_find_it() -> None:
    from keepwell.app.models import Attempt

    tried(person().email, "guess")
    assert Attempt.objects.filter(cache_key__contains="login_failed").count() == 4


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@harbour.example", "wrong"), ("nobody@harbour.example", "wrong"), ("new@harbour.example", "wrong"),
     ("gone@harbour.example", "wrong")],
)  # fmt: skip
def test_an_unknown_address_is_answered_as_a_known_one_and_takes_as_long(
    email: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (
        person(),
        person("new@harbour.example", password=""),
        person("gone@harbour.example", is_active=False),
    )
    hashed: list[str] = []
    encode, verify = passwords.Hasher.encode, passwords.Hasher.verify
    monkeypatch.setattr(
        passwords.Hasher, "encode", lambda *a: hashed.append("encode") or encode(*a)
    )
    monkeypatch.setattr(
        passwords.Hasher, "verify", lambda *a: hashed.append("verify") or verify(*a)
    )
    assert WRONG in tried(email, password)
    assert len(hashed) == 1, "one Argon2, whoever it is"


def test_a_page_says_the_same_of_all_addresses() -> None:
    person()
    known, unknown = tried("ada@harbour.example", "x"), tried("bob@harbour.example", "x")
    masked = re.compile(r'(?<=csrfmiddlewaretoken" value=")\w+|(?<=X-CSRFToken": ")\w+')
    assert masked.sub("", known) == masked.sub("", unknown.replace("bob@", "ada@"))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("nine char", "Use at least 10 characters."),
        ("ada@harbour.example", "too much like your name or address"),
        ("qwertyuiop", "tried first"),
        ("4711081547110815", "Use more than digits."),
    ],
)
def test_a_weak_password_is_turned_away_in_our_words(password: str, said: str) -> None:
    browser = by_link(person(password=""))
    answer = browser.post("/me/password/first/", {"password1": password, "password2": password})
    assert said in answer.content.decode()


def test_a_password_is_kept_by_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    from keepwell.app.models import User

    monkeypatch.undo()
    person()
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=65536,t=3,p=4$")


def test_who_has_left_does_not_get_in() -> None:
    gone = person(is_active=False)
    assert not is_in(by_password(gone))


# What is signed in


@pytest.mark.parametrize("way", ["link", "password"])
def test_a_cookie_that_was_prepared_is_worth_nothing(way: str) -> None:
    ada, browser = person(), client()
    browser.post("/me/login/", {"login": ada.email, "password": "x"})
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies["sessionid"] = planted = str(session.session_key)
    if way == "link":
        browser.post(f"/sign-in/{token(ada)}")
    else:
        browser.post(LOGIN, {"login": ada.email, "password": PASSWORD})
    assert is_in(browser)
    assert browser.cookies["sessionid"].value != planted
    thief = client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


@pytest.mark.parametrize("what", ["role", "is_active", "password"])
def test_what_changes_somebody_ends_what_is_signed_in(what: str) -> None:
    from keepwell.app.models import User

    ada = person()
    browser = by_password(ada)
    assert is_in(browser)
    user = User.objects.get(pk=ada.pk)
    if what == "password":
        user.set_password("eight quiet herons")
    else:
        setattr(user, what, {"role": "csm", "is_active": False}[what])
    user.save()
    assert not is_in(browser)


def test_a_new_password_signs_out_all_other_devices() -> None:
    ada = person()
    mine, other = by_password(ada), by_password(ada)
    new = {"oldpassword": PASSWORD, "password1": "eight quiet herons", "password2": "eight quiet herons"}  # fmt: skip
    mine.post("/me/password/", new)
    assert (is_in(mine), is_in(other)) == (True, False)


def test_somebody_signs_out_their_other_devices_and_nobody_elses() -> None:
    ada, ben = person(), person("ben@harbour.example")
    mine, other, bens = by_password(ada), by_password(ada), by_password(ben)
    assert "Sign out all others" in mine.get("/me/devices/").content.decode()
    mine.post("/me/devices/")
    assert (is_in(mine), is_in(other), is_in(bens)) == (True, False, True)


def test_signing_out_ends_the_cookie_too() -> None:
    browser = by_password(person())
    kept = browser.cookies["sessionid"].value
    assert browser.get("/me/logout/").status_code == 200
    assert is_in(browser), "a picture that leads there signs nobody out"
    browser.post("/me/logout/")
    thief = client()
    thief.cookies["sessionid"] = kept
    assert not is_in(thief)


# The audit


def lines() -> list[tuple[str, str, str]]:
    from keepwell.app.models import AuditEntry

    return [
        (each.verb, each.object, each.by)
        for each in AuditEntry.objects.filter(at__gt=AT).order_by("pk")
    ]


def test_the_audit_says_who_came_in_and_who_tried() -> None:
    from keepwell.app.models import AuditEntry

    ada = person()
    tried(ada.email, "hunter2hunter2"), tried("my-secret-password@harbour.example", "x")
    browser = by_password(ada)
    by_password(ada)
    browser.post("/me/devices/")
    browser.post("/me/password/", {"oldpassword": PASSWORD, "password1": "eight quiet herons", "password2": "eight quiet herons"})  # fmt: skip
    browser.post("/me/logout/")
    me = "user ada@harbour.example"
    assert lines() == [
        ("fail to sign in", me, "Ada"), ("fail to sign in", "an unknown address", "somebody"), ("sign in", me, "Ada"),
        ("sign in", me, "Ada"), ("sign out other devices", me, "Ada"), ("change password", me, "Ada"), ("sign out", me, "Ada"),
    ]  # fmt: skip
    written = str(list(AuditEntry.objects.values_list("object", "by", "detail")))
    assert not any(
        secret in written for secret in ("hunter2", "my-secret", PASSWORD, "eight quiet")
    )


def test_the_audit_says_whose_link_it_was() -> None:
    ada = person(password="")
    browser = by_link(ada)
    browser.post("/me/password/first/", {"password1": PASSWORD, "password2": PASSWORD})
    me = "user ada@harbour.example"
    assert lines() == [
        ("make sign-in link", "user ada@harbour.example", "tests"), ("use sign-in link", me, "Ada"), ("sign in", me, "Ada"), ("set password", me, "Ada"),
    ]  # fmt: skip
