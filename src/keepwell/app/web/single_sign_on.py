"""This file signs people in by their company's own provider of OpenID Connect: those alone who were invited."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from keepwell.app import queries
from keepwell.app.single_sign_on import ID
from keepwell.app.viewers import Viewer
from keepwell.app.web import sign_in
from keepwell.app.web.requests import Request, open_to_all
from keepwell.errors import Unavailable

log = logging.getLogger(__name__)
NONCE = "single_sign_on_nonce"


class Tokens(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # it has no types
    """Reads what the provider says, and believes it only where it is signed, fresh and about one person."""

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any
    ) -> SocialLogin:
        signed = kwargs["response"].get("id_token")
        nonce = request.session.pop(NONCE, None)
        if not signed or not nonce:
            raise OAuth2Error("no id_token, or nobody asked for one")
        said = self._decode_id_token(app, signed)
        if not secrets.compare_digest(str(said.get("nonce", "")), nonce):
            raise OAuth2Error("the id_token answers another request")
        about = self._fetch_user_info(token.token) if "email" not in said else said
        if about.get("sub") != said.get("sub"):
            raise OAuth2Error("the provider speaks of two people")
        return self.get_provider().sociallogin_from_response(
            request, {"id_token": said, "userinfo": about}
        )

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False  # allauth checks no signature of what came by TLS
        said: dict[str, Any] = super()._decode_id_token(app, id_token)
        return said


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # it has no types
    """The company's provider."""

    oauth2_adapter_class = Tokens


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # it has no types
    """Lets in whoever was invited by the address that the provider has verified, each time anew; nobody else."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Provider:
        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Say who comes in. Nothing is remembered of the provider: an address that is taken away ends it."""
        found = None
        for address in sociallogin.email_addresses:
            if address.verified:
                found = queries.users.by_address(Viewer(""), address.email)
        if found is None or not found.is_active:
            raise ImmediateHttpResponse(render(request, "sign_in/not_invited.html", status=403))
        sociallogin.user = get_user_model()._default_manager.get(pk=found.user_id)
        sociallogin._did_authenticate_by_email = None


def name() -> str:
    """What the button says; empty where there is no provider."""
    try:
        return str(Adapter().get_app(None, provider=ID).name)
    except SocialApp.DoesNotExist:
        return ""


@open_to_all
@never_cache
def away(request: Request) -> HttpResponse:
    """Send somebody to the provider, by a page of its own: no form may lead to another site."""
    if not name() or request.method != "POST":
        raise Http404
    provider = Adapter(request).get_provider(request, ID)
    request.session[NONCE] = nonce = secrets.token_urlsafe(24)
    next_url = request.POST.get("next", "")
    if not sign_in.Adapter(request).is_safe_url(next_url):
        next_url = reverse("home")
    try:
        response: HttpResponse = provider.redirect(
            request, process="login", next_url=next_url, auth_params={"nonce": nonce}
        )
    except RequestException as error:
        log.warning("The provider of single sign-on does not answer: %s", error)
        raise Unavailable(
            f"{name()} does not answer.", way_out="Try again later, or sign in with a password."
        ) from None
    if response.status_code != 302:
        return response
    return render(request, "sign_in/away.html", {"url": response["Location"], "name": name()})


@open_to_all
@never_cache
@require_GET
def back(request: Request, provider_id: str) -> HttpResponse:
    """Take in whoever comes back from the provider."""
    if provider_id != ID or not name():
        raise Http404
    found: HttpResponse = OAuth2CallbackView.adapter_view(Tokens(request, provider_id))(request)
    return found


@open_to_all
def failed(request: Request) -> HttpResponse:
    """Say that nothing came of it, and lead back to the entrance."""
    if not name():
        return redirect("account_login")
    return render(request, "socialaccount/authentication_error.html", {}, status=403)
