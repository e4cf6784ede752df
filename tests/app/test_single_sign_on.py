"""This file signs people in by a real provider of OpenID Connect, and attacks the way there and back."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.test.utils import override_settings

from keepwell.app import single_sign_on
from keepwell.errors import Unavailable
from tests.app.oidc_provider import BACK, CLIENT, LIE, PASSWORD, SECRET
from tests.house.rooms import ROOT
from tests.installations import AT
from tests.pages import client, is_in, person

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation", "quick_hashes")]


@dataclass(frozen=True)
class Company:
    """The company's provider, while it runs."""

    url: str
    folder: Path

    def lies(self, about: str) -> None:
        (self.folder / LIE).write_text(about, encoding="utf-8")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("provider")
    command = [sys.executable, "-m", "tests.app.oidc_provider", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = process.stdout.readline().strip()
        yield Company(f"http://127.0.0.1:{port}", folder)
        process.terminate()


@pytest.fixture
def company(provider: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    provider.lies("")
    for name, value in (
        ("URL", provider.url), ("CLIENT", CLIENT), ("SECRET", SECRET), ("NAME", "Harbour ID"),
    ):  # fmt: skip
        monkeypatch.setenv(f"KEEPWELL_OIDC_{name}", value)
    with override_settings(SOCIALACCOUNT_PROVIDERS=single_sign_on.providers()):
        yield provider


def away(browser: Client, **data: str) -> str:
    """Press the button; where its page leads."""
    page = browser.post("/me/sso/", data).content.decode()
    return html.unescape(re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page)[0])


def through(company: Company, url: str, email: str) -> str:
    """Sign in at the provider as a browser would; the address that it leads back to."""
    with requests.Session() as session:
        page = session.get(url)
        csrf = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
        data = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": csrf}
        answer = session.post(page.url, data, allow_redirects=False)
        for _ in range(5):
            where = answer.headers["Location"]
            if where.startswith(BACK):
                return where.removeprefix("http://127.0.0.1")
            answer = session.get(company.url + where, allow_redirects=False)
    raise AssertionError("the provider led nowhere")


def signed_in(company: Company, email: str) -> Client:
    browser = client()
    browser.get(through(company, away(browser), email))
    return browser


def test_who_was_invited_gets_in(company: Company) -> None:
    from keepwell.app.models import AuditEntry

    person()
    assert "Sign in with Harbour ID" in client().get("/me/login/").content.decode()
    browser = signed_in(company, "ada@harbour.example")
    assert "ada@harbour.example" in browser.get("/me").content.decode()
    found = AuditEntry.objects.get(at__gt=AT)
    assert (found.verb, found.by, found.detail) == (
        "sign in",
        "Ada",
        {"by_what": ["single sign-on"]},
    )


def test_their_password_and_devices_stay(company: Company) -> None:
    from tests.pages import by_password

    ada = person()
    mine = by_password(ada)
    assert is_in(signed_in(company, ada.email))
    assert is_in(mine)
    assert is_in(by_password(ada))


@pytest.mark.parametrize("who", ["eve", "ben", "gone"])
def test_who_was_not_invited_or_verified_does_not(company: Company, who: str) -> None:
    from keepwell.app.models import User

    person(), person("ben@harbour.example"), person("gone@harbour.example", is_active=False)
    browser = client()
    answer = browser.get(through(company, away(browser), f"{who}@harbour.example"))
    assert answer.status_code == 403
    assert "not been invited" in answer.content.decode()
    assert not is_in(browser)
    assert User.objects.count() == 3


def test_the_request_has_pkce_state_and_nonce(company: Company) -> None:
    asked = parse_qs(urlsplit(away(client())).query)
    again = parse_qs(urlsplit(away(client())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [BACK]
    for name in ("code_challenge", "state", "nonce"):
        assert asked[name] != again[name]
        assert len(asked[name][0]) >= 16


@pytest.mark.parametrize("about", ["audience", "issuer", "expired", "sub", "claims to be ada"])
def test_a_provider_that_lies_lets_nobody_in(company: Company, about: str) -> None:
    person()
    company.lies(about)
    assert not is_in(signed_in(company, "eve@harbour.example"))
    company.lies("late address" if about == "sub" else "")
    assert is_in(signed_in(company, "ada@harbour.example")), "only the lie kept them out"


@pytest.mark.parametrize(
    "what", ["nonce", "state", "verifier", "signature", "replay", "other browser"]
)
def test_a_meddled_way_back_leads_nowhere(
    company: Company, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person()
    browser = client()
    back = through(company, away(browser), "ada@harbour.example")
    session = browser.session
    if what == "nonce":
        session["single_sign_on_nonce"] = "another"
    if what == "state":
        back = re.sub("state=[^&]+", "state=made-up", back)
    if what == "verifier":
        states = session["socialaccount_states"]
        next(iter(states.values()))[0]["pkce_code_verifier"] = "x" * 64
        session["socialaccount_states"] = states
    session.save()
    if what == "signature":
        other = "allauth.socialaccount.internal.jwtkit.fetch_key"
        monkeypatch.setattr(other, lambda *a: ("HS256", "k" * 40))
    if what == "replay":
        assert browser.get(back).status_code == 302
        browser.post("/me/logout/")
    if what == "other browser":
        browser = client()
    assert browser.get(back).status_code in (401, 403)
    assert not is_in(browser)


def test_the_second_factor_is_asked_for_here_too(company: Company) -> None:
    from tests.app.test_second_factor import turned_on

    turned_on(person())
    browser = client()
    answer = browser.get(through(company, away(browser), "ada@harbour.example"))
    assert answer.headers["Location"] == "/me/2fa/enter/"
    assert not is_in(browser)


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(company: Company, evil: str) -> None:
    person()
    browser = client()
    answer = browser.get(through(company, away(browser, next=evil), "ada@harbour.example"))
    assert answer.headers["Location"] == "/"


def test_the_page_that_was_asked_for_opens(company: Company) -> None:
    person()
    browser = client()
    answer = browser.get(through(company, away(browser, next="/book"), "ada@harbour.example"))
    assert answer.headers["Location"] == "/book"


def test_whoever_asks_cannot_change_the_request(company: Company) -> None:
    page = client().post(
        "/me/sso/?auth_params=redirect_uri%3Dhttps://evil.example&process=connect&scope=admin"
    )
    assert "evil.example" not in page.content.decode()
    assert "admin" not in re.findall(r"scope=([^&]+)", page.content.decode())[0]


def test_a_provider_that_says_no_is_told_kindly(company: Company) -> None:
    browser = client()
    state = parse_qs(urlsplit(away(browser)).query)["state"][0]
    answer = browser.get(f"/me/sso/company/back/?error=access_denied&state={state}", follow=True)
    assert "You were not signed in" in answer.content.decode()
    assert browser.get("/me/sso/other/back/?code=1&state=2").status_code == 404


def test_a_provider_that_is_down_is_told_kindly(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPWELL_OIDC_URL", "http://127.0.0.1:9")
    with override_settings(SOCIALACCOUNT_PROVIDERS=single_sign_on.providers()):
        answer = client().post("/me/sso/")
    assert answer.status_code in (401, 503)
    assert "not" in answer.content.decode()


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"URL": "http://login.example.com"}, "https://"),
        ({"URL": "login.example.com"}, "https://"),
        ({"URL": "https://login.example.com", "CLIENT": "x"}, "KEEPWELL_OIDC_SECRET must be set"),
        ({"URL": "https://login.example.com"}, "KEEPWELL_OIDC_CLIENT and KEEPWELL_OIDC_SECRET"),
    ],
)
def test_half_a_provider_is_none(env: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    for name in ("URL", "CLIENT", "SECRET"):
        monkeypatch.setenv(f"KEEPWELL_OIDC_{name}", env.get(name, ""))
    with pytest.raises(Unavailable, match=re.escape(said)):
        single_sign_on.providers()
