"""This file writes a document as one HTML file that needs nothing else: styles, font and drawings are in it, and nothing is fetched."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from django.template import Context, Engine
from django.utils.safestring import SafeString

from keepwell.app.documents.judgements import Document

HERE = Path(__file__).parent
STATIC = HERE.parent / "web" / "static" / "keepwell"
FONT = 'url("inter.woff2")'


def judgement(document: Document, *, company: str, made: str) -> str:
    """Write a judgement as a page of its own; `made` says when and by whom."""
    context = {"judgement": document, "company": company, "made": made, "style": _style()}
    template = _engine().get_template("judgements/file.html")
    return template.render(Context(context))


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(HERE / "templates")], autoescape=True)


@cache
def _style() -> SafeString:
    """Give the pages' own sheet with its font in it; without a font the reader's own is taken."""
    sheet = (STATIC / "keepwell.css").read_text(encoding="utf-8")
    assert FONT in sheet, "the sheet names its font"
    # It is there at once, so nothing moves when it is taken.
    sheet = sheet.replace("font-display: optional", "font-display: block")
    font = STATIC / "inter.woff2"
    if font.is_file():
        data = base64.b64encode(font.read_bytes()).decode("ascii")
        sheet = sheet.replace(FONT, f'url("data:font/woff2;base64,{data}")')
    else:
        sheet = sheet.replace(FONT, 'local("Inter")')
    return SafeString(sheet)
