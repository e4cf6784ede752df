"""This file checks the settings of a process that serves pages at a public address, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keepwell.app import workspace

PUBLIC = "https://health.example.com"
CHECK = """
import sys
from pathlib import Path
from keepwell.app import installation
installation.build(Path(sys.argv[1]), serves_pages=True)
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
"""
ASK = """
import json, re, sys
from pathlib import Path
from keepwell.app import actions, installation
from keepwell.app.viewers import operator
from datetime import datetime, timezone
here = installation.build(Path(sys.argv[1]), serves_pages=True)
at = datetime.now(timezone.utc)
actions.migrations.run(installation=here, by=operator("tests"), at=at)
token = actions.users.first_administrator_link(name="Ada", by=operator("tests"), at=at)
from keepwell.app.web import server
server.gather_static(here)
from django.test import Client
def ask(**more):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/sign-in/" + token, **more)
    return browser, page
https = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "health.example.com", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.1.1.1"}
plain = ask(HTTP_HOST="health.example.com")[1]
browser, page = ask(**https)
csrf = re.findall(r'csrfmiddlewaretoken" value="(\\w+)"', page.content.decode())[0]
def post(origin):
    return browser.post("/sign-in/" + token, {"csrfmiddlewaretoken": csrf}, HTTP_ORIGIN=origin, **https)
forged, own = post("https://evil.example"), post("https://health.example.com")
from allauth.usersessions.models import UserSession
print(json.dumps({
    "plain": [plain.status_code, plain.headers.get("Location", "")], "host": ask(HTTP_HOST="127.0.0.1")[1].status_code,
    "page": page.status_code, "hsts": page.headers.get("Strict-Transport-Security", ""), "forged": forged.status_code,
    "own": own.status_code, "seen": [each.ip for each in UserSession.objects.all()],
    "cookies": sorted(name for name, each in browser.cookies.items() if each["secure"]),
}))
"""


def run(program: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    workspace.create(folder, name="Harbour")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEEPWELL")}
    return subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program, str(folder)],
        env=kept | env, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [{}, {"KEEPWELL_OIDC_URL": "https://id.example.com", "KEEPWELL_OIDC_CLIENT": "c", "KEEPWELL_OIDC_SECRET": "s"}],
    ids=["alone", "with single sign-on"],
)  # fmt: skip
def test_django_finds_nothing_to_say_of_a_public_address(
    tmp_path: Path, more: dict[str, str]
) -> None:
    checked = run(CHECK, tmp_path / "harbour", KEEPWELL_URL=PUBLIC, **more)
    assert checked.returncode == 0, checked.stderr
    assert "no iss" + "ues" in checked.stdout + checked.stderr


def test_it_would_find_what_is_wrong(tmp_path: Path) -> None:
    checked = run(CHECK, tmp_path / "harbour")
    assert checked.returncode != 0
    assert "SECURE_SSL_REDIRECT" in checked.stderr


def test_behind_a_proxy_only_the_public_address_is_answered_encrypted(tmp_path: Path) -> None:
    done = run(ASK, tmp_path / "harbour", KEEPWELL_URL=PUBLIC)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["plain"][0] == 301
    assert said["plain"][1].startswith(PUBLIC)
    assert said["host"] == 400
    assert (said["page"], said["forged"], said["own"]) == (200, 403, 302)
    assert said["cookies"] == ["csrftoken", "sessionid"]
    assert said["seen"] == ["10.1.1.1"], "the last of the addresses, which the proxy saw itself"
    assert "includeSubDomains" in said["hsts"]


def test_half_a_provider_of_single_sign_on_keeps_the_pages_from_starting(tmp_path: Path) -> None:
    done = run(CHECK, tmp_path / "harbour", KEEPWELL_OIDC_URL="https://id.example.com")
    assert done.returncode != 0
    assert "KEEPWELL_OIDC_CLIENT" in done.stderr
