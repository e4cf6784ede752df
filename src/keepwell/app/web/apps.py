"""This file tells Django of the pages, and lets the audit hear of what happens at the sign-in."""

from __future__ import annotations

from django.apps import AppConfig


class Web(AppConfig):
    name = "keepwell.app.web"

    def ready(self) -> None:
        from keepwell.app.web import sign_in_audit  # it names models

        sign_in_audit.listen()
