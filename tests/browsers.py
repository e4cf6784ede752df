"""This file opens pages in process, as a browser of somebody who is signed in would, without a server."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

# Styles and scripts need not be gathered to see that a page is made.
PLAIN = override_settings(
    STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
)


def browser(user_id: int | None = None) -> Client:
    """A browser of somebody, or of a stranger. What fails in a page is answered as a page, as in the product."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    made = Client(
        raise_request_exception=False,
        SERVER_NAME="localhost",
        headers={"User-Agent": "Firefox/139.0"},
    )
    if user_id is not None:
        user = get_user_model()._default_manager.get(pk=user_id)
        made.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return made
