"""This file says which address is which page."""

from __future__ import annotations

from urllib.parse import quote, unquote

from allauth.account import views as password
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as devices
from django.urls import path, register_converter

from keepwell.app.web import (
    account,
    audit,
    book,
    changed,
    contacts,
    contracts,
    data,
    drops,
    facts,
    home,
    judge,
    log,
    me,
    outcomes,
    overrides,
    people,
    portfolio,
    pulses,
    saved_views,
    search,
    sign_in,
    single_sign_on,
    timeline,
    tokens,
    trend,
    usage,
)


class AccountId:
    """An account's id in an address. Whatever it has in it, slashes too, is one step of the path: it is quoted twice."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: str) -> str:
        return quote(value, safe="").replace(".", "%2E")


register_converter(AccountId, "account")

urlpatterns = [
    path("", home.home, name="home"),
    path("book", book.book, name="book"),
    path("portfolio", portfolio.portfolio, name="portfolio"),
    path("portfolio/views", saved_views.save, name="save_view"),
    path("portfolio/views/<int:view_id>/remove", saved_views.remove, name="remove_view"),
    path("portfolio/assign", portfolio.assign, name="assign_listed"),
    path("portfolio/drops", drops.drops, name="drops"),
    path("portfolio.csv", portfolio.file, name="portfolio_file"),
    path("accounts/<account:account_id>", account.health, name="account"),
    path("changed/<account:account_id>", changed.changed, name="changed"),
    path("facts/<account:account_id>", facts.facts, name="facts"),
    path("pins/<account:account_id>", trend.pins, name="pins"),
    path("timeline/<account:account_id>", timeline.timeline, name="timeline"),
    path("contacts/<account:account_id>", contacts.contacts, name="people_of"),
    path("contracts/<account:account_id>", contracts.contracts, name="contracts"),
    path("outcomes/<account:account_id>", outcomes.outcomes, name="outcomes"),
    path("usage/<account:account_id>", usage.usage, name="usage"),
    path("log/<account:account_id>", log.log, name="log"),
    path("log/<account:account_id>/undo", log.undo, name="undo_touch"),
    path("pulse/<account:account_id>", pulses.give, name="pulse"),
    path("pulse/<account:account_id>/undo", pulses.undo, name="undo_pulse"),
    path("override/<account:account_id>", overrides.override, name="override"),
    path("override/<account:account_id>/end", overrides.end, name="end_override"),
    path("data", data.data, name="data"),
    path("data/work", data.running, name="work"),
    path("data/import", data.import_now, name="import_now"),
    path("data/score", data.score_now, name="score_now"),
    path("judge", judge.judge, name="judge"),
    path("judge/freeze", judge.freeze, name="freeze_likelihood"),
    path("judge/work", judge.judge_work, name="judge_work"),
    path("judge/now", judge.judge_now, name="judge_now"),
    path("judge/file", judge.judge_file, name="judge_file"),
    path("people", people.people, name="people"),
    path("people/invite", people.invite, name="invite_person"),
    path("people/<int:user_id>", people.change, name="change_person"),
    path("people/<int:user_id>/link", people.link, name="link_person"),
    path("people/<int:user_id>/deactivate", people.deactivate, name="deactivate_person"),
    path("people/<int:user_id>/reactivate", people.reactivate, name="reactivate_person"),
    path("people/owner", people.name_owner, name="name_owner"),
    path("people/team", people.team, name="team"),
    path("people/cover", people.cover, name="cover"),
    path("people/cover/<int:absence_id>/end", people.end_cover, name="end_cover"),
    path("people/assign", people.assign, name="assign"),
    path("people/<int:user_id>/factor", people.forget_factor, name="forget_factor"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/make", tokens.make, name="make_token"),
    path("tokens/<int:token_id>/revoke", tokens.revoke, name="revoke_token"),
    path("audit", audit.audit, name="audit"),
    path("search", search.search, name="search"),
    path("me", me.me, name="me"),
    path("me/name/", me.rename, name="rename_me"),
    path("me/address/", me.change_address, name="change_my_address"),
    path("sign-in/<str:token>", sign_in.link, name="sign_in_link"),
    # Of allauth's pages these alone: nobody signs up or connects anything by themselves, and addresses are changed by ours.
    path("me/login/", password.login, name="account_login"),
    path("me/forgotten/", sign_in.forgotten, name="account_reset_password"),
    path("me/logout/", password.logout, name="account_logout"),
    path("me/inactive/", password.account_inactive, name="account_inactive"),
    path("me/again/", password.reauthenticate, name="account_reauthenticate"),
    path("me/password/", password.password_change, name="account_change_password"),
    path("me/password/first/", password.password_set, name="account_set_password"),
    path("me/2fa/", factor.index, name="mfa_index"),
    path("me/2fa/enter/", factor.authenticate, name="mfa_authenticate"),
    path("me/2fa/again/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("me/2fa/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("me/2fa/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/2fa/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/2fa/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/2fa/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("me/devices/", devices.list_usersessions, name="usersessions_list"),
    path("me/sso/", single_sign_on.away, name="single_sign_on"),
    path("me/sso/failed/", single_sign_on.failed, name="socialaccount_login_cancelled"),
    path("me/sso/<str:provider_id>/back/", single_sign_on.back, name="openid_connect_callback"),
]
handler400 = "keepwell.app.web.failures.bad_request"
handler403 = "keepwell.app.web.failures.forbidden"
handler404 = "keepwell.app.web.failures.not_found"
handler429 = "keepwell.app.web.failures.too_many"  # allauth looks for it here
handler500 = "keepwell.app.web.failures.server_error"
