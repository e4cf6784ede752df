"""This file attacks the pages around the sign-in: redirects to other sites, forged forms, frames, cookies and hosts."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from tests.pages import PASSWORD, by_password, client, is_in, person, token

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.usefixtures("installation", "quick_hashes"),
]
LOGIN = "/me/login/"


EVIL = ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example", "\\\\evil.example",
        "https:evil.example", "///evil.example", "http://127.0.0.1@evil.example", " //evil.example", "\t//evil.example"]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("where", [LOGIN, "/me/again/", "/me/logout/"])
def test_nobody_is_led_to_another_site(evil: str, where: str) -> None:
    ada = person()
    browser = client() if where == LOGIN else by_password(ada)
    data = {"login": ada.email, "password": PASSWORD, "next": evil}
    assert browser.post(where, data).headers["Location"] in ("/", "/me")


def test_somebody_is_led_to_the_page_that_they_asked_for() -> None:
    ada, browser = person(), client()
    found = browser.get("/search?q=a&page=2")
    assert found.headers["Location"] == "/me/login/?next=%2Fsearch%3Fq%3Da%26page%3D2"
    answer = browser.post(found.headers["Location"], {"login": ada.email, "password": PASSWORD, "next": "/search?q=a&page=2"})  # fmt: skip
    assert answer.headers["Location"] == "/search?q=a&page=2"


POSTS = [LOGIN, "/me/logout/", "/me/again/", "/me/password/", "/me/password/first/", "/me/2fa/again/", "/me/2fa/enter/",
         "/me/2fa/on/", "/me/2fa/off/", "/me/2fa/codes/new/", "/me/devices/", "/me/sso/", "/me/name/", "/me/address/"]  # fmt: skip


@pytest.mark.parametrize("where", POSTS)
def test_a_forged_form_does_nothing(where: str) -> None:
    ada = person()
    browser = by_password(ada)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(where, {"login": ada.email, "password": PASSWORD}).status_code == 403
    assert is_in(browser)


def test_a_forged_link_does_nothing() -> None:
    link = token(person())
    browser = client(enforce_csrf_checks=True)
    assert browser.post(f"/sign-in/{link}").status_code == 403
    assert client().post(f"/sign-in/{link}").status_code == 302


def test_every_address_of_the_sign_in_is_tried() -> None:
    found = {str(each.pattern) for each in get_resolver().url_patterns}
    known = {"me/forgotten/", "me/inactive/", "me/2fa/", "me/2fa/codes/", "me/2fa/codes/file/", "me/sso/failed/",
             "me/sso/<str:provider_id>/back/"}  # fmt: skip
    assert {each for each in found if each.startswith("me/")} == known | {
        each[1:] for each in POSTS
    }


@pytest.mark.parametrize("where", ["signup", "email", "3rdparty", "social/connections", "confirm-email", "password/reset",
                                   "login/code", "2fa/webauthn", "sso", "sso/company/back", "oidc/company/login"])  # fmt: skip
def test_what_makes_no_sense_here_is_not_found(where: str) -> None:
    browser = by_password(person())
    assert browser.get(f"/me/{where}/").status_code == 404


HIDDEN = [
    "/",
    "/book",
    "/me",
    "/search",
    "/accounts/A-1",
    "/me/password/",
    "/me/devices/",
    "/me/2fa/",
    "/me/2fa/codes/",
]


@pytest.mark.parametrize("where", HIDDEN)
def test_a_stranger_sees_the_entrance_alone(where: str) -> None:
    person()
    assert client().get(where).headers["Location"].startswith("/me/login/")


def test_pages_are_framed_and_kept_by_nobody() -> None:
    browser = by_password(person())
    for where in ["/me", "/me/devices/", "/book", "/search", "/me/password/"]:
        headers = browser.get(where).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "no-store" in headers["Cache-Control"], where
        assert headers["Referrer-Policy"] == "same-origin"


def test_cookies_stay_away_from_scripts_and_other_sites() -> None:
    cookie = by_password(person()).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:80@evil.example"]
)
def test_another_host_is_not_answered(host: str) -> None:
    ada = person()
    for browser in (client(), by_password(ada)):
        assert browser.get("/me", headers={"host": host}).status_code == 400
        forwarded = browser.get("/me/login/", headers={"x-forwarded-host": host})
        assert host not in forwarded.content.decode() + forwarded.headers.get("Location", "")
