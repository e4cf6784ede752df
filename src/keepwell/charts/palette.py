"""This file holds the colours of charts: CSS variables on the web, where a theme is chosen by the reader, and hex elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["healthy", "watch", "at risk"] | None  # none: no score
KINDS: tuple[Kind, ...] = ("healthy", "watch", "at risk", None)
NAMES: dict[Kind, str] = {
    "healthy": "healthy",
    "watch": "watch",
    "at risk": "at risk",
    None: "no score",
}
_FIELDS: dict[Kind, str] = {
    "healthy": "healthy",
    "watch": "watch",
    "at risk": "risk",
    None: "unknown",
}


@dataclass(frozen=True)
class Palette:
    """Every colour that a chart uses, as a value of `fill` or `stroke`.

    `..._ink` is for words of a band on the page, `on_...` for figures on a bar of that band: each
    has a contrast of at least 4.5, which the band's own colour lacks. A `standalone` chart is a
    file of its own, and so names its font, size and namespace.
    """

    healthy: str
    watch: str
    risk: str
    unknown: str
    healthy_ink: str
    watch_ink: str
    risk_ink: str
    unknown_ink: str
    on_healthy: str
    on_watch: str
    on_risk: str
    on_unknown: str
    ink: str
    muted: str
    grid: str
    edge: str
    hatch: str
    surface: str
    accent: str
    font: str | None = None
    standalone: bool = False

    def fill(self, kind: Kind) -> str:
        """Give the colour of a kind of band.

        >>> PRINT.fill("watch"), WEB.fill(None)
        ('#f2b632', 'var(--unknown)')
        """
        return self._of(kind, "{}")

    def words(self, kind: Kind) -> str:
        """Give the colour for words about a kind of band."""
        return self._of(kind, "{}_ink")

    def upon(self, kind: Kind) -> str:
        """Give the colour for figures on a bar of a kind of band."""
        return self._of(kind, "on_{}")

    def _of(self, kind: Kind, pattern: str) -> str:
        if kind not in _FIELDS:
            raise ValueError(
                f"{kind!r} is no kind of band: expected 'healthy', 'watch', 'at risk' or None."
            )
        return str(getattr(self, pattern.format(_FIELDS[kind])))


WEB = Palette(
    healthy="var(--healthy)",
    watch="var(--watch)",
    risk="var(--risk)",
    unknown="var(--unknown)",
    healthy_ink="var(--healthy-ink)",
    watch_ink="var(--watch-ink)",
    risk_ink="var(--risk-ink)",
    unknown_ink="var(--unknown-ink)",
    # Teal and amber are light enough in both themes for dark figures; crimson is in one of them.
    on_healthy="#04110e",
    on_watch="#1b1500",
    on_risk="light-dark(#fff, #000)",
    on_unknown="var(--ink)",
    ink="var(--ink)",
    muted="var(--muted)",
    grid="var(--grid)",
    edge="var(--edge)",
    hatch="var(--hatch)",
    surface="var(--surface)",
    accent="var(--accent)",
)
PRINT = Palette(
    healthy="#0d8f7d",
    watch="#f2b632",
    risk="#8f1030",
    unknown="#9aa3af",
    healthy_ink="#06584c",
    watch_ink="#654700",
    risk_ink="#8f1030",
    unknown_ink="#4b5563",
    on_healthy="#04110e",
    on_watch="#1b1500",
    on_risk="#ffffff",
    on_unknown="#17202e",
    ink="#17202e",
    muted="#566171",
    grid="#e8ecf1",
    edge="#868f9c",
    hatch="#c3cad3",
    surface="#ffffff",
    accent="#3056d3",
    font="Inter, sans-serif",
    standalone=True,
)
