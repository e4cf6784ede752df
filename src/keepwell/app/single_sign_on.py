"""This file reads from the environment by which provider of OpenID Connect a company signs its people in, if by any."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from keepwell.errors import Unavailable

URL, CLIENT, SECRET = "KEEPWELL_OIDC_URL", "KEEPWELL_OIDC_CLIENT", "KEEPWELL_OIDC_SECRET"
NAME = "KEEPWELL_OIDC_NAME"  # what the button says
ID = "company"  # there is one provider
OWN = {"127.0.0.1", "localhost", "::1"}


def providers() -> dict[str, Any]:
    """Describe the provider for allauth; empty where none is named. Raises `Unavailable` for half a description.

    Without https anybody on the way could say who somebody is; a provider on this machine is for trying things out.
    """
    url = os.environ.get(URL, "").strip().rstrip("/")
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in OWN):
        raise Unavailable(
            "names no address that begins with https://.",
            place=URL,
            got=url,
            way_out="Take the issuer's address from your provider, such as https://login.example.com.",
            code="E111",
        )
    missing = [name for name in (CLIENT, SECRET) if not os.environ.get(name, "").strip()]
    if missing:
        raise Unavailable(
            f"{' and '.join(missing)} must be set as well.",
            place=URL,
            way_out=f"Your provider gives both for an application of its own; or unset {URL}.",
            code="E111",
        )
    app = {
        "provider_id": ID,
        "name": os.environ.get(NAME, "").strip() or "your company's sign-in",
        "client_id": os.environ[CLIENT].strip(),
        "secret": os.environ[SECRET].strip(),
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
