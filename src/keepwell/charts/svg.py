"""This file builds SVG elements in which every text and every attribute is escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from keepwell.charts.palette import Palette
from keepwell.charts.scales import finite

NAMESPACE = "http://www.w3.org/2000/svg"
# How wide letters are, in shares of the font's size: a little more than in Inter.
NARROW_LETTERS, NARROW_LETTER = frozenset("iljtfrI.,:;'|!()[]- "), 0.38
BROAD_LETTERS, BROAD_LETTER = frozenset("mwMW@%\u2026\u2014"), 0.95
CAPITAL, LETTER, EAST_ASIAN_LETTER = 0.75, 0.62, 1.0
DIGIT = 0.66  # and what stands among digits: currency signs, plus and minus
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER_TAGS = {"script", "style", "foreignObject"}


@dataclass(frozen=True)
class Size:
    """The width and height of a chart in the page's pixels."""

    width: float
    height: float


WIDE = Size(610, 212)
NARROW = Size(340, 200)  # a card on a phone of 390 pixels


class Markup(str):
    """Text that is SVG already.

    Templates that know `__html__` (Django's, Jinja's) take it as it is; what is joined or formatted
    with it becomes a plain text again, and is escaped.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def element(tag: str, *children: str, **attributes: str | float | None) -> Markup:
    """Build an element; children that are no `Markup` are text, attributes of None are left out.

    `font_size` is written `font-size`, and `class_` is written `class`.

    >>> element("text", "Fish & <b>chips</b>", x=2.0, fill="red", class_="a")
    '<text x="2" fill="red" class="a">Fish &amp; &lt;b&gt;chips&lt;/b&gt;</text>'
    >>> element("path", d="M0 0", stroke=None)
    '<path d="M0 0"/>'
    """
    if not _NAME.fullmatch(tag) or tag in _NEVER_TAGS:
        raise ValueError(f"{tag!r} is no element of a chart.")
    written = []
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        # The pages' Content-Security-Policy forbids both, so a chart with one would not be drawn.
        if not _NAME.fullmatch(name) or name == "style" or name.lower().startswith("on"):
            raise ValueError(f"{name!r} is no attribute of a chart.")
        if value is not None:
            given = value if isinstance(value, str) else number(value)
            written.append(f' {name}="{_escaped(given)}"')
    body = "".join(
        each if isinstance(each, Markup) else _escaped(each) for each in children if each
    )
    start = f"<{tag}{''.join(written)}"
    return Markup(f"{start}>{body}</{tag}>" if body else f"{start}/>")


def figure(
    width: float, height: float, title: str, desc: str, palette: Palette, *body: str
) -> Markup:
    """Build a chart that says in words what it shows; `width` and `height` are those of its
    viewBox, in which the page's own pixels are the unit."""
    return element(
        "svg",
        element("title", title),
        element("desc", desc),
        *body,
        **namespace(palette),
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width if palette.standalone else None,
        height=height if palette.standalone else None,
        class_="chart",
        role="img",
        aria_label=f"{title}. {desc}" if desc else title,
        font_family=palette.font,
        font_size=11,
    )


def namespace(palette: Palette) -> dict[str, str | float | None]:
    """Give what the outermost element needs in a file of its own, and not within a page."""
    return {"xmlns": NAMESPACE} if palette.standalone else {}


def words(
    x: float,
    y: float,
    text: str,
    fill: str,
    *,
    anchor: str = "start",
    size: float = 11,
    weight: int | None = None,
    halo: str | None = None,
) -> Markup:
    """Build a line of text with its baseline at `y`; a halo keeps it legible over lines."""
    return element(
        "text",
        text,
        x=x,
        y=y,
        text_anchor=None if anchor == "start" else anchor,
        fill=fill,
        font_size=None if size == 11 else size,
        font_weight=weight,
        stroke=halo,
        stroke_width=3 if halo else None,
        stroke_linejoin="round" if halo else None,
        paint_order="stroke" if halo else None,
    )


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str, dashes: str | None = None
) -> Markup:
    """Build a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_dasharray=dashes)


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Write the path through points.

    >>> curve([(0, 1.5), (10, 2)])
    'M0 1.5L10 2'
    """
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def hatch(x: float, y: float, width: float, height: float, gap: float = 7) -> str:
    """Write the path of slanting lines that fill a rectangle, `gap` apart.

    A pattern would need an id, which is there once a page, and which a mail or a PDF may not follow.

    >>> hatch(0, 0, 4, 2, 2)
    'M0 2L2 0M2 2L4 0'
    """
    strokes = []
    count = max(0, int((width + height) / gap - 1e-9))
    for nth in range(1, count + 1):
        total = nth * gap  # on a line x + y, counted from the rectangle's corner, is the same
        start, end = max(0.0, total - height), min(width, total)
        if end - start > 0.02:  # a shorter one would be written as a point
            strokes.append(curve([(x + start, y + total - start), (x + end, y + total - end)]))
    return "".join(strokes)


def unknown(
    begin: float, end: float, top: float, bottom: float, said: str, palette: Palette
) -> Markup:
    """Draw a stretch in which nothing is known: hatched, which nowhere means zero."""
    path = hatch(begin, top, end - begin, bottom - top) or curve([(begin, top)])
    return element("path", element("title", said), d=path, stroke=palette.hatch, class_="unknown")


def number(value: float) -> str:
    """Write a coordinate.

    >>> number(2.0), number(1 / 3), number(-0.001)
    ('2', '0.33', '0')
    """
    text = f"{finite(value, 'A coordinate'):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def width_of(text: str, size: float = 11) -> float:
    """Estimate how wide a text is, in the units of its size, rather too much than too little.

    >>> width_of("$40M", 10) > width_of("abc.", 10), width_of("\u65e5\u672c", 10)
    (True, 20.0)
    """
    return size * sum(map(_width_of_letter, text))


def _width_of_letter(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return EAST_ASIAN_LETTER
    if letter in NARROW_LETTERS:
        return NARROW_LETTER
    if letter in BROAD_LETTERS:
        return BROAD_LETTER
    if letter.isupper():
        return CAPITAL
    return LETTER if letter.isalpha() else DIGIT


def fitted(text: str, width: float, size: float = 11) -> str:
    """Cut a text that is wider than the room for it, and show that it was.

    >>> fitted("Gebr. Berger", 40, 10), fitted("Berger", 40, 10)
    ('Gebr.…', 'Berger')
    """
    if width_of(text, size) <= width:
        return text
    while text and width_of(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def _escaped(text: str) -> str:
    """Escape a text; what XML has no place for is shown as a replacement character."""
    return escape(_NOT_XML.sub("\ufffd", text), quote=True)
