"""This file holds the tags of templates: icons, and the shape that each band has besides its colour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from keepwell import charts
from keepwell.app.formats import minus
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band

register = template.Library()
KINDS = {"healthy": "healthy", "watch": "watch", "at risk": "risk"}


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Write one of Lucide's icons into the page; it says nothing to those who do not see it."""
    return _icon(name, size)


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> SafeString:
    return SafeString(lucide(name, size=size, aria_hidden="true"))


@register.simple_tag
def shape(meaning: str | None, size: int = 10) -> SafeString:
    """Draw a band's shape: a circle, a triangle, a square, or a dashed ring where there is no score."""
    kind = KINDS.get(meaning or "", "unknown")
    return format_html(
        '<svg width="{0}" height="{0}" class="g-{1}" aria-hidden="true"><use href="#g-{1}"/></svg>', size, kind
    )  # fmt: skip


@register.simple_tag
def sparkline(points: Sequence[float | None], meaning: str | None) -> SafeString:
    """Draw how a score went lately; the figures stand beside it."""
    return SafeString(charts.sparkline(points, meaning))  # type: ignore[arg-type]


@register.filter
def day(on: date, request: Request) -> str:
    """Write a date as the reader's country does."""
    return request.formats.day(on)


@register.filter
def day_of(at: datetime, request: Request) -> str:
    """Write the local day of a moment."""
    return request.formats.day(request.here.day(at))


@register.filter
def band_meaning(name: str | None, bands: Sequence[Band]) -> str | None:
    """Say what a band of the card means."""
    return next((band.meaning for band in bands if band.name == name), None)


@register.filter
def kind(meaning: str | None) -> str:
    """Give the word of the style sheet for what a band means."""
    return KINDS.get(meaning or "", "unknown")


@register.filter
def dates(words: str, request: Request) -> str:
    """Write the dates in a sentence as the reader's country does."""
    return request.formats.dates(words)


register.filter("minus", minus)
