"""This file writes into the audit who signed in, who failed to, and who changed how they sign in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_out

from keepwell.app import actions, queries
from keepwell.app.viewers import SYSTEM, Actor, Viewer
from keepwell.app.web import requests
from keepwell.app.web.requests import Request

METHODS = {"socialaccount": "single sign-on", "mfa": "second factor"}
FACTORS = {"totp": "authenticator app", "recovery_codes": "recovery codes"}
STRANGER = Actor("user", "somebody")


def listen() -> None:
    """Hear of everything that allauth tells about signing in; called once, when the pages are set up."""
    account.user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    account.password_set.connect(_password_set)
    account.password_changed.connect(_password_changed)
    mfa.authenticator_added.connect(_factor_added)
    mfa.authenticator_removed.connect(_factor_removed)
    mfa.authenticator_reset.connect(_factor_renewed)
    mfa.authenticator_used.connect(_factor_used)
    mfa.authentication_failed.connect(_factor_failed)


def failed(request: Request, email: str) -> None:
    """Write that a password was wrong; an address that nobody has may be a password in the wrong field, and is left out."""
    found = queries.users.by_address(Viewer(""), email)
    if found is None:
        _write(request, "fail to sign in", "an unknown address", STRANGER, by_what="password")
    else:
        by = Actor("user", found.label)
        _write(request, "fail to sign in", f"user {found.email}", by, by_what="password")


def ended_elsewhere(request: Request, user: AbstractBaseUser, count: int) -> None:
    """Write that somebody signed out their other devices."""
    _of(request, "sign out other devices", user, count=count)


def _signed_in(sender: object, request: Request, user: AbstractBaseUser, **more: Any) -> None:
    methods = [record["method"] for record in get_authentication_records(request, user)]
    _of(request, "sign in", user, by_what=[METHODS.get(each, each) for each in methods])


def _signed_out(
    sender: object, request: Request, user: AbstractBaseUser | None, **more: Any
) -> None:
    if user is not None:
        _of(request, "sign out", user)


def _password_set(sender: object, request: Request, user: AbstractBaseUser, **more: Any) -> None:
    _of(request, "set password", user)


def _password_changed(
    sender: object, request: Request, user: AbstractBaseUser, **more: Any
) -> None:
    _of(request, "change password", user)


def _factor_added(
    sender: object, request: Request, user: AbstractBaseUser, authenticator: Any, **more: Any
) -> None:
    _of(request, "turn on second factor", user, factor=FACTORS[authenticator.type])


def _factor_removed(
    sender: object, request: Request, user: AbstractBaseUser, authenticator: Any, **more: Any
) -> None:
    _of(request, "turn off second factor", user, factor=FACTORS[authenticator.type])


def _factor_renewed(
    sender: object, request: Request, user: AbstractBaseUser, authenticator: Any, **more: Any
) -> None:
    _of(request, "renew second factor", user, factor=FACTORS[authenticator.type])


def _factor_used(
    sender: object, request: Request, user: AbstractBaseUser, authenticator: Any, **more: Any
) -> None:
    if authenticator.type == "recovery_codes":
        _of(request, "use recovery code", user)


def _factor_failed(sender: object, request: Request, user: AbstractBaseUser, **more: Any) -> None:
    _of(request, "fail to sign in", user, by_what="second factor")


def _of(request: Request, verb: str, user: AbstractBaseUser, **detail: Any) -> None:
    found = queries.users.user(SYSTEM, user.pk)
    _write(request, verb, f"user {found.email}", Actor("user", found.label), **detail)


def _write(request: Request, verb: str, what: str, by: Actor, **detail: Any) -> None:
    from_here = replace(by, place=requests.place(request))
    actions.audit.write(verb=verb, object=what, by=from_here, at=request.at, **detail)
