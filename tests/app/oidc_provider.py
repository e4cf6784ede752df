"""This file is a real provider of OpenID Connect, allauth's own, on a port of this machine: `python -m tests.app.oidc_provider FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

CLIENT, SECRET, PASSWORD = "keepwell", "between the two of them", "their company's password"
# Whom the company knows, and whether it has verified their address.
PEOPLE = {
    "ada@harbour.example": True, "ben@harbour.example": False, "eve@harbour.example": True, "gone@harbour.example": True,
}  # fmt: skip
BACK = "http://127.0.0.1/me/sso/company/back/"
LIE = "lie"  # a file that says about what the provider lies


def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def configure(folder: Path) -> None:
    apps = ["auth", "contenttypes", "messages", "sessions"]
    settings.configure(
        SECRET_KEY="of the provider",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "allauth", "allauth.account", "allauth.idp.oidc"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.db"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        ROOT_URLCONF="tests.app.oidc_provider",
        USE_TZ=True,
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_RATE_LIMITS=False,
        IDP_OIDC_PRIVATE_KEY=key(),
        IDP_OIDC_ADAPTER="tests.app.oidc_provider.adapter",
        FOLDER=folder,
    )  # fmt: skip
    django.setup()


def adapter(*given: Any) -> Any:
    """Make the provider's adapter, which lies when a test asks it to."""
    from allauth.idp.oidc.adapter import DefaultOIDCAdapter

    class Lying(DefaultOIDCAdapter):  # type: ignore[misc]
        def get_claims(self, purpose: str, user: Any, *more: Any, **named: Any) -> dict[str, Any]:
            found: dict[str, Any] = super().get_claims(purpose, user, *more, **named)
            about = lie()
            if about == "sub" and purpose == "userinfo":
                found |= {"sub": "ada's", "email": "ada@harbour.example", "email_verified": True}
            if about in ("sub", "late address") and purpose == "id_token":
                found = {"sub": found["sub"]}
            if about == "claims to be ada":
                found["email"] = "ada@harbour.example"
                found["email_verified"] = "false"
            return found

        def populate_id_token(self, id_token: dict[str, Any], *more: Any, **named: Any) -> None:
            changed = {"audience": {"aud": "others"}, "issuer": {"iss": "https://evil.example"}, "expired": {"exp": 1}}  # fmt: skip
            id_token.update(changed.get(lie(), {}))

    return Lying(*given)


def lie() -> str:
    file = settings.FOLDER / LIE
    return file.read_text(encoding="utf-8") if file.exists() else ""


def fill() -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User

    call_command("migrate", verbosity=0)
    for email, verified in PEOPLE.items():
        user = User.objects.create_user(email.split("@")[0], email, PASSWORD)
        EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    client = Client(
        id=CLIENT, name="Keepwell", scopes="openid\nprofile\nemail", redirect_uris=BACK, skip_consent=True,
        response_types="code",
    )  # fmt: skip
    client.set_secret(SECRET)
    client.save()


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


def __getattr__(name: str) -> Any:
    """Give Django the provider's addresses, which name models and cannot be made before it is set up."""
    if name != "urlpatterns":
        raise AttributeError(name)
    return [
        path("accounts/", include("allauth.account.urls")),
        path("", include("allauth.idp.urls")),
    ]


def main() -> None:
    configure(Path(sys.argv[1]))
    fill()
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        print(server.server_port, flush=True)  # noqa: T201  # whoever started it reads it
        server.serve_forever()


if __name__ == "__main__":
    sys.modules["tests.app.oidc_provider"] = sys.modules["__main__"]
    main()
