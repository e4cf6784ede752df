"""This file lets people in: by a link that works once, or by their password, which allauth checks."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.app import actions
from keepwell.app.viewers import Actor
from keepwell.app.web import passwords, requests, sign_in_audit
from keepwell.app.web.requests import Request, open_to_all

LINK = "link"
NEW_PASSWORD_SECONDS = (
    3600  # after a link somebody may choose a password without the one they forgot
)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # it has no types
    """What allauth does otherwise here: nobody signs up by themselves, and it speaks as we do."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This address and password do not go together.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "Too many tries. Wait a few minutes.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, or ask your administrator for a link.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("me")

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Turn a weak password away in our own words."""
        try:
            cleaned: str = super().clean_password(password, user=user)
        except ValidationError as error:
            raise ValidationError(
                [
                    passwords.SENTENCES.get(each.code or "", str(each.message))
                    for each in error.error_list
                ]
            ) from None
        return cleaned

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep a new password; a link gives no second chance to choose one."""
        super().set_password(user, password)
        request = context.request
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            record
            for record in get_authentication_records(request, user)
            if record["method"] != LINK
        ]

    def authentication_failed(self, request: Request, **credentials: Any) -> None:
        sign_in_audit.failed(request, str(credentials.get("email", "")))


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # it has no types
    """Speaks of second factors as we do."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is wrong, was used before, or is too old.",
    }


class Devices(DefaultUserSessionsAdapter):  # type: ignore[misc]  # it has no types
    """Ends what is signed in elsewhere, and says so in the audit."""

    def end_sessions(self, sessions: list[Any]) -> None:
        super().end_sessions(sessions)
        request = context.request
        if sessions and request.user.is_authenticated:
            sign_in_audit.ended_elsewhere(request, request.user, len(sessions))


class NewPassword(ChangePasswordForm):  # type: ignore[misc]  # it has no types
    """Asks for the current password, but not of those who came by a link just now: they forgot it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if came_by_link(context.request):
            del self.fields["oldpassword"]


def came_by_link(request: Request) -> bool:
    """Tell whether somebody signed in by a link, within the hour."""
    now = request.at.timestamp()
    return any(
        record["method"] == LINK and now - record["at"] < NEW_PASSWORD_SECONDS
        for record in get_authentication_records(request, request.user)
    )


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: Request, token: str) -> HttpResponse:
    """Sign in by a link. Reading it changes nothing: mail programs read links before people do.

    It stands for the password alone: whoever has a second factor is asked for it.
    """
    if request.method == "POST":
        user_id = actions.users.use_link(
            token=token, by=Actor("user", LINK, requests.place(request)), at=request.at
        )
        user = get_user_model()._default_manager.get(pk=user_id)
        if request.user.is_authenticated:
            Adapter(request).logout(request)
        request.session.flush()  # nothing that was prepared before goes along
        record_authentication(request, user, LINK)
        found: HttpResponse = perform_login(request, Login(user=user, redirect_url=reverse("home")))
        return found
    return render(request, "sign_in/link.html", {"token": token})


@open_to_all
def forgotten(request: Request) -> HttpResponse:
    """Say what somebody does who forgot their password: nothing is sent by mail."""
    return render(request, "sign_in/forgotten.html", {})
