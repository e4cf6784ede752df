"""This file holds Django's settings for the pages: who is signed in, what a browser may load, and where pages come from."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.contrib.messages import constants

from keepwell.app import postgresql, settings, single_sign_on

KEY_FILE = "secret_key"
SECURE = "KEEPWELL_URL"  # the address that people type, where it is not this machine's own
WEB, DOCUMENTS = Path(__file__).parent / "web", Path(__file__).parent / "documents"
TWO_WEEKS = 14 * 24 * 3600

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "keepwell.app",
    "keepwell.app.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "keepwell.app.api.middleware.Api",
    "keepwell.app.web.middleware.Static",
    # A page shrinks to an eighth. Django pads what it sends, so that its length tells nothing of a token in it.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "keepwell.app.web.middleware.Failures",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "keepwell.app.web.middleware.Reader",
]
PAGES: dict[str, Any] = {
    "INSTALLED_APPS": APPS,
    "MIDDLEWARE": MIDDLEWARE,
    "ROOT_URLCONF": "keepwell.app.web.urls",
    "USE_I18N": False,
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [str(WEB / "templates"), str(DOCUMENTS / "templates")],
            "APP_DIRS": True,
            "OPTIONS": {
                "builtins": [
                    "keepwell.app.web.templatetags.keepwell",
                    "keepwell.app.web.templatetags.sign_in",
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "keepwell.app.web.frame.context",
                ],
            },
        }
    ],
    "STATIC_URL": "static/",
    "STATICFILES_DIRS": [],
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    },
    "WHITENOISE_MAX_AGE": 31_536_000,
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "PASSWORD_HASHERS": [
        "keepwell.app.web.passwords.Hasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
        for name, options in (
            ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
            ("MinimumLengthValidator", {"min_length": 10}),
            ("CommonPasswordValidator", {}),
            ("NumericPasswordValidator", {}),
        )
    ],
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "home",
    # One count for all processes, that outlives them; an attacker must not push out the counts of others.
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "keepwell_attempt",
            "OPTIONS": {"MAX_ENTRIES": 200_000},
        }
    },
    "MESSAGE_TAGS": {constants.SUCCESS: "good", constants.WARNING: "warn", constants.ERROR: "bad"},
    "ACCOUNT_ADAPTER": "keepwell.app.web.sign_in.Adapter",
    "ACCOUNT_FORMS": {"change_password": "keepwell.app.web.sign_in.NewPassword"},
    "ACCOUNT_RATE_LIMITS": {"login_failed": "10/m/ip,200/d/ip,5/5m/key,50/d/key"},
    "ACCOUNT_REAUTHENTICATION_METHODS": ("password", "mfa"),
    "SOCIALACCOUNT_ADAPTER": "keepwell.app.web.single_sign_on.Adapter",
    "SOCIALACCOUNT_AUTO_SIGNUP": False,
    "USERSESSIONS_ADAPTER": "keepwell.app.web.sign_in.Devices",
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",  # an administrator invites people by their address
    "ACCOUNT_LOGIN_ON_PASSWORD_RESET": False,
    "ACCOUNT_SESSION_REMEMBER": True,
    "USERSESSIONS_TRACK_ACTIVITY": False,
    "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
    "MFA_ADAPTER": "keepwell.app.web.sign_in.Factors",
    "MFA_TOTP_TOLERANCE": 1,  # half a minute of typing, or of a clock that is wrong
    "MFA_TOTP_ISSUER": "Keepwell",
    "SESSION_COOKIE_AGE": TWO_WEEKS,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_FAILURE_VIEW": "keepwell.app.web.failures.form_expired",
    "X_FRAME_OPTIONS": "DENY",
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "CONTENT_SECURITY_POLICY": {
        "DIRECTIVES": {
            "default-src": [SELF],
            "base-uri": [NONE],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
            "object-src": [NONE],
        }
    },
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_000_000,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2_000,
    "DEBUG": False,
}


def values(url: str, folder: Path) -> dict[str, Any]:
    """Give all settings of a process that serves pages of the workspace in `folder`, with the database that `url` names.

    The first process makes the key that sessions and links are signed with, in a file that only its owner reads.
    `KEEPWELL_URL` is the public address, such as https://health.example.com: with https, cookies travel encrypted alone.
    """
    public = os.environ.get(SECURE, "").rstrip("/")
    is_secure = public.startswith("https://")
    host = public.split("://", 1)[-1].split("/")[0].split(":")[0] if public else ""
    data = folder / "data"
    return {
        **PAGES,
        "DATABASES": {"default": _kept_open(settings.database(url, folder))},
        "SECRET_KEY": settings.SECRET_KEY or secret_key(data),
        "ALLOWED_HOSTS": [host] if host else ["127.0.0.1", "localhost", "[::1]"],
        "CSRF_TRUSTED_ORIGINS": [public] if is_secure else [],
        "STATIC_ROOT": str(data / "static"),
        # Where nobody stands between, whoever asks could write any address into that header.
        "ALLAUTH_TRUSTED_PROXY_COUNT": int(is_secure),
        "SOCIALACCOUNT_PROVIDERS": single_sign_on.providers(),
        "SESSION_COOKIE_SECURE": is_secure,
        "CSRF_COOKIE_SECURE": is_secure,
        "SECURE_SSL_REDIRECT": is_secure,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if is_secure else None,
        "SECURE_HSTS_SECONDS": 31_536_000 if is_secure else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": is_secure,
        "SECURE_HSTS_PRELOAD": is_secure,
    }


def secret_key(data: Path) -> str:
    """Read the installation's key, made by the first that asks; of two at once both get the same."""
    path = data / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


def _kept_open(database: dict[str, Any]) -> dict[str, Any]:
    """Let requests share connections to a server, and each thread keep its own to a file: to connect costs as much as a page."""
    if database["ENGINE"] != postgresql.ENGINE:
        return {**database, "CONN_MAX_AGE": None}
    return {
        **database,
        "OPTIONS": {**database.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 10}},
    }
