"""This file tests how the address of a PostgreSQL server is read, and that nothing ever shows its password."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from keepwell.app import postgresql, settings
from keepwell.app.installation import Installation
from keepwell.app.postgresql import PostgreSQLNotInstalled, UnusableAddress
from tests.conftest import EVERYTHING

SECRET = "s3cr/t?%@:x"  # noqa: S105  # every character of it needs an escape
WRITTEN = quote(SECRET, safe="")
HOST = f"postgresql://ana:{WRITTEN}@db.example"


def described(address: str) -> dict[str, Any]:
    return settings.database(address, Path("."))


def test_an_address_is_taken_apart_and_its_escapes_are_read() -> None:
    assert described(f"{HOST}:5433/keep%20well") == {
        "ENGINE": "django.db.backends.postgresql", "NAME": "keep well", "USER": "ana", "PASSWORD": SECRET, "HOST": "db.example",
        "PORT": "5433", "OPTIONS": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("sslmode=require", {"sslmode": "require"}),
        ("sslmode=verify-full&sslrootcert=/etc/ca.pem", {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}),
        ("connect_timeout=3&application_name=health", {"connect_timeout": "3", "application_name": "health"}),
        ("options=-c%20search_path%3Dkeepwell", {"options": "-c search_path=keepwell"}),
        ("target_session_attrs=read-write", {"target_session_attrs": "read-write"}),
    ],
)  # fmt: skip
def test_options_reach_the_driver(query: str, options: dict[str, str]) -> None:
    assert described(f"{HOST}/keepwell?{query}")["OPTIONS"] == options


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("postgresql:///keepwell?host=/var/run/postgresql", "/var/run/postgresql", ""),
        ("postgresql://%2Fvar%2Frun/keepwell", "/var/run", ""),
        ("postgres://[::1]:5432/keepwell", "::1", "5432"),
        ("postgresql://one:1,two:2/keepwell?target_session_attrs=primary", "one,two", "1,2"),
        ("postgresql:///keepwell", "", ""),
    ],
)
def test_a_host_is_a_name_a_number_several_or_a_folder(address: str, host: str, port: str) -> None:
    found = described(address)
    assert (found["HOST"], found["PORT"], found["NAME"]) == (host, port, "keepwell")


BROKEN = {
    "mysql://ana:{}@db.example/keepwell": "another scheme",
    "http://db.example/keepwell": "another scheme",
    "db.example/keepwell": "is no address",
    "host=db.example password={} dbname=keepwell": "is no address",
    "{}://ana@db.example/keepwell": "another scheme",
    "postgresql://ana:{}@db.example": "names no database",
    "postgresql://ana:{}@db.example/": "names no database",
    "postgresql://ana:{}@[::1/keepwell": "brackets",
    "postgresql://ana:{}@[]/keepwell": "brackets",
    "postgresql://ana:{}@[::1]x/keepwell": "cannot be read|brackets",
    "postgresql://ana:{}@db example/keepwell": "space",
    "postgresql://ana:{}@db.example:port/keepwell": "port",
    "postgresql://ana:{}@db.example:99999/keepwell": "port",
    "postgresql://ana:{}@db.example:0/keepwell": "port",
    "postgresql://ana:{}@a:1,b:2,c/keepwell?port=1,2": "ports",
    "postgresql://ana:{}@db.example/keepwell?sslmod=require": "unknown option `sslmod`.*Did you mean `sslmode`",
    "postgresql://ana:{}@db.example/keepwell?pool=yes": "unknown option `pool`",
    "postgresql://ana:{}@db.example/keepwell?sslmode=maybe": "value of `sslmode`.*verify-full",
    "postgresql://ana:{}@db.example/keepwell?connect_timeout=soon": "connect_timeout",
    "postgresql://ana:{}@db.example/keepwell?sslmode": "cannot be read",
    "postgresql://ana:{}%zz@db.example/keepwell": "%",
    "postgresql://ana:{}%00@db.example/keepwell": "%00",
    "postgresql://ana:pa?{}=x@db.example/keepwell": "",
    "postgresql://ana:pa/{}@db.example/keepwell": "",
}


@pytest.mark.parametrize("address", BROKEN)
@pytest.mark.parametrize("password", ["hunter2", WRITTEN, "raw@qvx", "raw?qvx"])
def test_a_broken_address_is_refused_in_a_sentence_that_does_not_show_it(
    address: str, password: str
) -> None:
    try:
        found = described(address.format(password))
    except UnusableAddress as error:
        said = f"{error}{error!r}"
        assert "KEEPWELL_DATABASE" in said
        for secret in (password, "hunter2", "raw@", "raw?", "qvx", SECRET):
            assert secret not in said
        return
    # A password that is not escaped can read as another address; then libpq finds no such host.
    assert password.startswith("raw") or "{}" in address.partition("@")[0].partition("pa")[2]
    assert found["HOST"]


@pytest.mark.parametrize(("address", "says"), BROKEN.items())
def test_what_is_wrong_with_an_address_is_said(address: str, says: str) -> None:
    if says:
        with pytest.raises(UnusableAddress, match=says):
            described(address.format("hunter2"))


def test_without_the_driver_the_extra_is_named() -> None:
    done = _python(
        "import sys; sys.modules['psycopg'] = None\n"
        "from keepwell.app import postgresql\n"
        "try: postgresql.described('postgresql://ana:hunter2@db.example/keepwell')\n"
        "except postgresql.PostgreSQLNotInstalled as error: print(error)"
    )
    assert "pip install 'keepwell[postgres]'" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert issubclass(PostgreSQLNotInstalled, Exception)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana:hunter2@127.0.0.1:1/keepwell?connect_timeout=2",
        "postgresql://ana:hunter2@127.0.0.1:1/keepwell?sslmode=verify-full&sslrootcert=/nowhere.pem",
        "postgresql://ana:hunter2@nowhere.invalid/keepwell",
        "postgresql:///keepwell?host=/nowhere&user=ana&password=hunter2",
        "postgresql://ana:hunter2@127.0.0.1:1/keepwell?options=-c%20nonsense",
        "postgresql://ana:hunter2@db.example/keepwell?sslmod=require",
        "mysql://ana:hunter2@db.example/keepwell",
        "postgresql://ana:hunter2@[::1/keepwell",
        "postgresql://ana:hunter2@db.example:port/keepwell",
    ],
)
@pytest.mark.parametrize("options", [[], ["--debug"]] if EVERYTHING else [["--debug"]])
def test_no_command_shows_the_password_or_calls_a_wrong_address_an_internal_error(
    tmp_path: Path, address: str, options: list[str]
) -> None:
    (tmp_path / "keepwell.yaml").write_text("name: X\n", encoding="utf-8")
    done = _python(
        "from keepwell.cli.main import app; app()", "status", "--workspace", str(tmp_path), *options,
        KEEPWELL_DATABASE=address,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2)
    assert "Internal error" not in said
    assert "KEEPWELL_DATABASE" in said
    logs = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.log"))
    assert "hunter2" not in said + logs


def test_a_running_server_is_reached_with_options(server: str, tmp_path: Path) -> None:
    (tmp_path / "keepwell.yaml").write_text("name: X\n", encoding="utf-8")
    parts = urlsplit(server)
    more = "application_name=from_the_address&connect_timeout=9"
    address = f"{parts.scheme}://{parts.netloc}/postgres?{parts.query}&{more}"
    done = _python(
        "from keepwell.app import databases\n"
        f"databases.configure({address!r}, __import__('pathlib').Path('.'))\n"
        "from django.db import connection\n"
        "cursor = connection.cursor(); cursor.execute('SHOW application_name'); print(cursor.fetchone()[0])"
    )  # fmt: skip
    assert done.stdout.strip() == "from_the_address", done.stderr


@pytest.mark.both_databases
def test_what_holds_an_address_does_not_show_it(installation: Installation) -> None:
    address = postgresql.Address(f"{HOST}/keepwell")
    shown = repr(replace(installation, database_url=address))
    assert WRITTEN not in shown
    assert "db.example" not in shown
    assert address == f"{HOST}/keepwell"


def test_a_password_is_taken_out_of_a_text_however_it_was_written() -> None:
    text = f"cannot connect as ana with {SECRET} or {WRITTEN} to {HOST}/keepwell"
    said = postgresql.without_secret(text, SECRET)
    assert SECRET not in said
    assert WRITTEN not in said


def _python(code: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, env=os.environ | env,
    )  # fmt: skip
