"""This file looks at a page as people with other eyes, hands and screens would, and says what keeps them from using it."""

from __future__ import annotations

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
FITS = "document.documentElement.scrollWidth <= innerWidth"


def faults(page: Page) -> list[str]:
    """List what axe finds in light and dark, on a desk and a phone, and where the page is wider than its screen."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            where = f"{page.url} {scheme} {size['width']}"
            if not page.evaluate(FITS):
                found.append(f"{where}: wider than its screen")
            for each in Axe().run(page)["violations"]:
                places = "; ".join(node["html"][:100] for node in each["nodes"][:3])
                found.append(f"{where}: {each['id']}: {each['help']}: {places}")
    page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]
    return found
