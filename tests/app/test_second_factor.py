"""This file attacks the second factor: codes used twice, guessed, or gone around."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from keepwell.app import actions
from tests import pages
from tests.installations import AT, BY
from tests.pages import PASSWORD, Somebody, by_password, client, is_in, person, token

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation", "quick_hashes")]
ENTER = "/me/2fa/enter/"
WRONG = "wrong, was used before, or is too old"


def code(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows now, or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def turned_on(somebody: Somebody) -> tuple[Client, str]:
    """Turn the second factor on as somebody would; the browser that did, and the app's secret."""
    browser = by_password(somebody)
    assert browser.get("/me/2fa/on/").headers["Location"] == "/me/again/?next=%2Fme%2F2fa%2Fon%2F"
    browser.post("/me/again/?next=/me/2fa/on/", {"password": PASSWORD})
    page = browser.get("/me/2fa/on/").content.decode()
    assert "<svg" in page
    assert "data:" not in page
    assert "style=" not in page
    secret = re.findall(r'class="secret">(\w+)<', page)[0]
    assert browser.post("/me/2fa/on/", {"code": code(secret)}).headers["Location"] == "/me/2fa/codes/"  # fmt: skip
    return browser, secret


def recovery(browser: Client) -> list[str]:
    return re.findall(r"<li><code>(\d{8})</code>", browser.get("/me/2fa/codes/").content.decode())


def test_a_password_alone_is_not_enough_and_a_code_is() -> None:
    _, secret = turned_on(person())
    browser = by_password(pages.Somebody(1, "ada@harbour.example"))
    assert not is_in(browser)
    assert browser.get("/book").headers["Location"].startswith("/me/login/")
    assert browser.post(ENTER, {"code": code(secret, 1)}).headers["Location"] == "/"
    assert is_in(browser)


def test_a_code_works_once() -> None:
    ada = person()
    _, secret = turned_on(ada)
    first, second = by_password(ada), by_password(ada)
    first.post(ENTER, {"code": code(secret, 1)})
    assert WRONG in second.post(ENTER, {"code": code(secret, 1)}).content.decode()
    spaced = f"{code(secret, 1)[:3]} {code(secret, 1)[3:]}"
    assert WRONG in second.post(ENTER, {"code": spaced}).content.decode()
    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize("steps", [-3, 3, 20])
def test_a_code_of_another_time_does_not_work(steps: int) -> None:
    ada = person()
    _, secret = turned_on(ada)
    browser = by_password(ada)
    browser.post(ENTER, {"code": code(secret, steps)})
    assert not is_in(browser)


def test_a_recovery_code_works_once() -> None:
    ada = person()
    mine, _ = turned_on(ada)
    codes = recovery(mine)
    assert len(codes) == 10
    first, second = by_password(ada), by_password(ada)
    first.post(ENTER, {"code": codes[0]})
    second.post(ENTER, {"code": codes[0]})
    assert (is_in(first), is_in(second)) == (True, False)
    assert recovery(mine) == codes[1:]
    assert codes[0] not in mine.get("/me/2fa/codes/file/").content.decode()


def test_new_recovery_codes_end_the_old_ones() -> None:
    ada = person()
    mine, _ = turned_on(ada)
    old = recovery(mine)
    mine.post("/me/2fa/codes/new/")
    assert not set(old) & set(recovery(mine))
    browser = by_password(ada)
    browser.post(ENTER, {"code": old[0]})
    assert not is_in(browser)


def test_codes_are_guessed_five_times_and_no_more_from_wherever() -> None:
    ada = person()
    _, secret = turned_on(ada)
    for n in range(5):
        by_password(ada, remote=f"10.0.0.{n}").post(ENTER, {"code": f"00000{n}"}, REMOTE_ADDR=f"10.0.0.{n}")  # fmt: skip
    browser = by_password(ada, remote="10.0.1.1")
    said = browser.post(ENTER, {"code": code(secret, 1)}, REMOTE_ADDR="10.0.1.1").content.decode()
    assert "Too many tries" in said
    assert not is_in(browser)


def test_a_link_stands_for_the_password_alone() -> None:
    ada = person()
    _, secret = turned_on(ada)
    browser = client()
    assert browser.post(f"/sign-in/{token(ada)}").headers["Location"] == ENTER
    assert not is_in(browser)
    browser.post(ENTER, {"code": code(secret, 1)})
    assert is_in(browser)


def test_the_second_factor_is_not_turned_off_without_showing_again_who_it_is() -> None:
    ada = person()
    mine, secret = turned_on(ada)
    thief = by_password(ada)
    thief.post(ENTER, {"code": code(secret, 1)})
    for where in ("/me/2fa/off/", "/me/2fa/codes/new/", "/me/2fa/codes/", "/me/2fa/codes/file/"):
        assert thief.get(where).headers["Location"].startswith("/me/again/"), where
        assert not thief.post(where).headers.get("Location", "/me/again/").removeprefix("/me/again/").startswith("/me/2fa"), where  # fmt: skip
    assert by_password(ada).get("/me/2fa/enter/").status_code == 200, "it is still on"
    assert mine.post("/me/2fa/off/").headers["Location"] == "/me/2fa/"
    assert is_in(by_password(ada))


def test_who_has_no_password_is_told_to_choose_one_first() -> None:
    browser = pages.by_link(person(password=""))
    assert "First choose a password" in browser.get("/me/2fa/").content.decode()
    assert browser.get("/me/2fa/on/").status_code == 403


def test_who_lost_it_is_let_in_by_whoever_runs_the_machine() -> None:
    ada = person()
    turned_on(ada)
    assert actions.second_factors.forget_first_administrators(by=BY, at=AT)
    assert not actions.second_factors.forget(user_id=ada.pk, by=BY, at=AT), "there is none any more"
    assert is_in(pages.by_link(ada))


def test_nobody_reads_the_codes_of_somebody_else() -> None:
    turned_on(person())
    browser = by_password(person("ben@harbour.example"))
    assert browser.get("/me/2fa/codes/").status_code == 404
    assert browser.get("/me/2fa/codes/file/").status_code == 404
    assert browser.post("/me/2fa/off/").status_code == 404


def test_the_audit_says_what_happened_to_the_second_factor() -> None:
    from keepwell.app.models import AuditEntry

    ada = person()
    mine, _ = turned_on(ada)
    codes = recovery(mine)
    browser = by_password(ada)
    browser.post(ENTER, {"code": "000000"})
    browser.post(ENTER, {"code": codes[0]})
    mine.post("/me/2fa/codes/new/")
    mine.post("/me/2fa/off/")
    found = AuditEntry.objects.filter(at__gt=AT).order_by("pk")
    assert [(each.verb, each.detail) for each in found] == [
        ("sign in", {"by_what": ["password"]}),
        ("turn on second factor", {"factor": "authenticator app"}),
        ("turn on second factor", {"factor": "recovery codes"}),
        ("fail to sign in", {"by_what": "second factor"}),
        ("use recovery code", {}),
        ("sign in", {"by_what": ["password", "second factor"]}),
        ("renew second factor", {"factor": "recovery codes"}),
        ("turn off second factor", {"factor": "authenticator app"}),
        ("turn off second factor", {"factor": "recovery codes"}),
    ]
    assert {each.by for each in found} == {"Ada"}
    assert not any(each in str([line.detail for line in found]) for each in codes)
