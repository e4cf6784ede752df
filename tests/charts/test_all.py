"""This file holds what is so of every chart: valid, escaped, said in words, inside its box, allowed by the pages' policy."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from keepwell import charts
from keepwell.charts import PRINT, WEB, Markup, Palette
from keepwell.charts.svg import NAMESPACE
from tests.charts.drawn import outside, overlaps, read
from tests.charts.samples import HOSTILE, SAMPLES

SHOWN = HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
every = pytest.mark.parametrize("name", SAMPLES)
both = pytest.mark.parametrize("palette", [WEB, PRINT], ids=["web", "print"])


@every
@both
def test_it_is_xml_within_its_box_without_style_script_or_id(name: str, palette: Palette) -> None:
    svg = SAMPLES[name](palette)
    root = read(svg)
    assert outside(root) == []
    assert overlaps(root) == []
    for each in root.iter():
        assert each.tag not in ("script", "style", "foreignObject")
        assert not {"style", "id"} & set(each.attrib)
        assert not [key for key in each.attrib if key.startswith("on")]


@every
@both
def test_a_hostile_name_is_text(name: str, palette: Palette) -> None:
    svg = SAMPLES[name](palette)
    assert "<script" not in svg
    assert not re.search("[\x00-\x08\x0b-\x1f]", svg)
    if name != "sparkline":
        assert SHOWN in "".join(
            text for each in read(svg).iter() for text in (each.text or "", *each.attrib.values())
        )


@every
def test_it_is_an_image_that_is_said_in_words_or_hidden(name: str) -> None:
    root = read(SAMPLES[name](WEB))
    if name == "sparkline":
        assert root.attrib["aria-hidden"] == "true"
        assert "role" not in root.attrib
    else:
        assert root.attrib["role"] == "img"
        assert len(root.attrib["aria-label"]) > 10


@pytest.mark.parametrize(
    "name",
    ["trend", "area", "columns", "distribution", "notices", "pairs", "tenths", "lead times", "decisions"],
)  # fmt: skip
def test_a_chart_has_a_title_and_a_description(name: str) -> None:
    root = read(SAMPLES[name](WEB))
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag) == ("title", "desc")
    assert root.attrib["aria-label"] == f"{title.text}. {desc.text}"
    assert (desc.text or "").endswith(".")


@every
def test_the_web_has_variables_and_print_has_hex(name: str) -> None:
    web, print_ = SAMPLES[name](WEB), SAMPLES[name](PRINT)
    assert "var(--" in web
    assert NAMESPACE not in web
    assert "var(" not in print_
    assert "light-dark(" not in print_
    assert read(print_) is not None
    assert f'xmlns="{NAMESPACE}"' in print_
    assert re.findall(r' d="[^"]*"', web) == re.findall(r' d="[^"]*"', print_), "the same picture"


@every
def test_templates_take_it_as_it_is(name: str) -> None:
    svg = SAMPLES[name](WEB)
    assert isinstance(svg, Markup)
    assert svg.__html__() == svg


def test_figures_on_bars_and_words_of_bands_are_legible() -> None:
    for kind in charts.KINDS:
        assert contrast(PRINT.words(kind), PRINT.surface) >= 4.5
        ground = PRINT.grid if kind is None else PRINT.fill(kind)
        assert contrast(PRINT.upon(kind), ground) >= 4.5
    # In the dark theme: teal and amber with the same dark figures, crimson with black.
    for ink, ground in (
        (WEB.on_healthy, "#3ad0b8"),
        (WEB.on_watch, "#f7cd62"),
        ("#000000", "#d1435f"),
    ):
        assert contrast(ink, ground) >= 4.5  # fmt: skip


def test_the_palettes_have_every_colour() -> None:
    for field in fields(Palette):
        if field.name not in ("font", "standalone"):
            assert re.fullmatch(r"#[0-9a-f]{6}", getattr(PRINT, field.name)), field.name
            variable = f"var(--{field.name.replace('_', '-')})"
            assert getattr(WEB, field.name) == variable or field.name.startswith("on_")


def test_another_kind_is_told() -> None:
    with pytest.raises(ValueError, match="'green' is no kind of band"):
        charts.shape("green")  # type: ignore[arg-type]


def contrast(one: str, other: str) -> float:
    """Compute the contrast of two colours as WCAG does."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[nth : nth + 2], 16) / 255 for nth in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
