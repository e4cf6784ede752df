"""This file turns a sentence in which what counts most stands between two asterisks, and commands between backticks, into HTML."""

from __future__ import annotations

import re
from html import escape

STRONG, CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`(.+?)`")


class Marked(str):
    """HTML made of a sentence: all that came with it is escaped, templates take it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def of(sentence: str) -> Marked:
    """Make HTML of a sentence.

    >>> str(of("**Red** accounts <b>left</b>: `keepwell`"))
    '<b>Red</b> accounts &lt;b&gt;left&lt;/b&gt;: <code>keepwell</code>'
    """
    return Marked(CODE.sub(r"<code>\1</code>", STRONG.sub(r"<b>\1</b>", escape(sentence))))
