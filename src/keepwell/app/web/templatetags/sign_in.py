"""This file holds the tags of the sign-in pages: fields that say what is wrong with them, the QR code, and devices by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()
# What calls itself by several names is found by the first of these.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


@register.inclusion_tag("sign_in/field.html")
def field(field: BoundField, said: str, help: str = "") -> dict[str, Any]:
    """Write a field with its label; those who hear the page hear its help and its faults with it."""
    described = [f"{field.auto_id}_help"] if help else []
    described += [f"{field.auto_id}_fault{number}" for number in range(1, len(field.errors) + 1)]
    field.field.help_text = ""  # else Django names a line that is not there
    field.field.widget.attrs.pop("placeholder", None)
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    return {"field": field, "said": said, "help": help, "control": field.as_widget(attrs=attrs)}


@register.filter
def qr(svg: str) -> SafeString:
    """Write the code's drawing into the page, made by `qrcode` from our own address and secret: no other site may be asked."""
    return SafeString(svg[svg.index("<svg") :])


@register.filter
def device(user_agent: str) -> str:
    """Name a browser and a system as people do.

    >>> device("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36")
    'Chrome on Linux'
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " on ".join(part for part in (browser or "A browser", system) if part)


@register.simple_tag(takes_context=True)
def moment(context: dict[str, Any], at: datetime) -> str:
    """Write a moment in the company's zone, as the reader's own country does."""
    request = context["request"]
    said: str = request.formats.moment(at, request.here.zone)
    return said


@register.simple_tag
def single_sign_on_name() -> str:
    """What the company's own sign-in is called; empty where there is none."""
    from keepwell.app.web import single_sign_on  # it names models

    return single_sign_on.name()
