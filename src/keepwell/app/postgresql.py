"""This file reads the address of a PostgreSQL server, and rejects what is wrong with it in a sentence that never shows the password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from keepwell.errors import WrongUse, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ENGINE = "django.db.backends.postgresql"
VARIABLE = "KEEPWELL_DATABASE"
SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://ana:PASSWORD@db.example:5432/keepwell?sslmode=require"
ESCAPES = "In a name or password, write `@` as %40, `/` as %2F, `?` as %3F and `%` as %25."
# What libpq calls the parts of an address that Django has names of its own for.
PARTS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
# Of these a misspelt value would be noticed only once a connection is made, and by libpq's own words.
VALUES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
}  # fmt: skip
NUMBERS = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")  # fmt: skip
# A folder with a socket, a name, or an IPv6 address, whose brackets are gone by now.
_HOST = re.compile(r"[/@].*|[\w.-]+|[0-9a-fA-F:.]+(%\w+)?")
_OPTION = re.compile(r"[a-z_]{2,40}")


class UnusableAddress(WrongUse):
    """KEEPWELL_DATABASE is not the address of a PostgreSQL server; nothing was read or changed."""

    code = "E111"


class PostgreSQLNotInstalled(WrongUse):
    """KEEPWELL_DATABASE names a server, but the driver that speaks to it is not installed."""

    code = "E112"


class Address(str):
    """An address that is not shown where somebody looks at whatever holds it.

    >>> [Address("postgresql://ana:s3cret@db.example/keepwell")], [Address()]
    (['***'], [''])
    """

    def __repr__(self) -> str:
        return "'***'" if self else "''"


def described(address: str) -> dict[str, Any]:
    """Describe to Django the server that an address names; whatever libpq knows besides reaches it as an option.

    Raises `UnusableAddress` and `PostgreSQLNotInstalled`.
    """
    _check_scheme(address)
    found = _read(address)
    for name in PARTS:
        found.setdefault(name, "")
    _check(found)
    parts = {ours: found.pop(name) for name, ours in PARTS.items()}
    return {"ENGINE": ENGINE, **parts, "OPTIONS": found}


def _check_scheme(address: str) -> None:
    scheme, separator, _ = address.partition("://")
    if not separator:
        raise _unusable("is no address of a server")
    if scheme not in SCHEMES:
        raise _unusable(
            "begins with another scheme than `postgresql://`, the only server that Keepwell knows"
        )


def _read(address: str) -> dict[str, Any]:
    """Take an address apart as libpq does; its own messages are never shown, as they quote what was written."""
    try:
        from psycopg import ProgrammingError, conninfo
    except ImportError:
        raise PostgreSQLNotInstalled(
            f"{VARIABLE} names a PostgreSQL server, but its driver is not installed.",
            way_out="Install it: pip install 'keepwell[postgres]'",
        ) from None
    query = address.partition("?")[2]
    try:
        return dict(conninfo.conninfo_to_dict(address))
    except (ProgrammingError, UnicodeError) as error:
        problem = str(error)
    for sign, what in (
        ("IPv6", "has a host whose brackets are broken; write an IPv6 address as [::1]"),
        ("forbidden value", "has a `%00`, which no name can have"),
        ("spaces", "has a space, which is written as %20"),
        ("percent", "has a `%` that stands for no character"),
    ):
        if sign in problem:
            raise _unusable(what, ESCAPES)
    names = [part.partition("=")[0] for part in query.split("&")]
    # With an `@` behind the first `?`, that is part of a password, and so may be what looks like options.
    if "@" not in query and all(_OPTION.fullmatch(name) for name in names):
        from psycopg import pq

        known = [option.keyword.decode() for option in pq.Conninfo.get_defaults()]
        for name in names:
            if name not in known:
                raise _unusable(f"has an unknown option `{name}`", did_you_mean(name, known))
    raise _unusable("cannot be read", ESCAPES)


def _check(found: dict[str, Any]) -> None:
    """Check what libpq would notice only when it connects."""
    hosts, ports = (str(found[name]).split(",") for name in ("host", "port"))
    if not all(_HOST.fullmatch(host) for host in hosts if host):
        raise _unusable("has a host that is no name and no number", ESCAPES)
    if not all(re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536 for port in ports if port):  # fmt: skip
        raise _unusable("has a port that is no number from 1 to 65535", ESCAPES)
    if len(ports) > 1 and len(ports) != len(hosts):
        raise _unusable("has another number of ports than of hosts")
    if not found["dbname"]:
        raise _unusable("names no database; it stands at the end, after a `/`")
    for name, values in VALUES.items():
        _check_value(found, name, values.__contains__, values)
    for name in NUMBERS:
        _check_value(found, name, lambda text: bool(re.fullmatch(r"-?[0-9]{1,9}", text)), ("a whole number",))  # fmt: skip


def _check_value(
    found: dict[str, Any], name: str, fits: Callable[[str], bool], expected: Iterable[str]
) -> None:
    if name in found and not fits(str(found[name])):
        listed = ", ".join(expected)
        raise _unusable(f"has a value of `{name}` that it cannot have", f"Expected: {listed}.")


def _unusable(what: str, way_out: str = "") -> UnusableAddress:
    # What was written is never shown, only where to look: a password may stand anywhere in it.
    return UnusableAddress(f"{VARIABLE} {what}.", way_out=way_out or f"Write it like {EXAMPLE}")


def without_secret(text: str, secret: str) -> str:
    """Take a password out of a text, as it is and as an address writes it.

    >>> without_secret("no user p@ss or p%40ss", "p@ss")
    'no user *** or ***'
    """
    for written in (secret, quote(secret, safe=""), quote(secret)):
        text = text.replace(written, "***") if written else text
    return text
