"""Build hook: writes the one font of the pages, Inter, cut down to the letters they use, from its package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "src/keepwell/app/web/static/keepwell/inter.woff2"
# Latin with its accents, dashes and quotes, the euro, arrows, the two triangles, and the sign of the command key.
LETTERS = "0020-024F,2010-2026,2030,20AC,20A3-20BF,2190-2193,2212,2318,25A0,25B2,25BC,25CF"


class Font(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        target = Path(self.root) / TARGET
        if not target.exists():
            write(target)


def write(target: Path) -> None:
    """Write the letters that pages use, in the weights that they use, as one compressed file of about 40 kB."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(str(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"))
    options = subset.Options(layout_features=["kern", "liga", "calt", "tnum", "case"])
    cut = subset.Subsetter(options)
    cut.populate(unicodes=subset.parse_unicodes(LETTERS))
    cut.subset(font)
    instantiateVariableFont(font, {"opsz": 14, "wght": (400, 700)}, inplace=True)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)
