"""This file reads a chart back: its elements, and the room that each of them takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from keepwell.charts.svg import NAMESPACE, width_of

Extent = tuple[float, float, float, float]
STEP = re.compile(r"([MLHVhZ])([^MLHVhZ]*)")
HAIR = 0.011  # coordinates have two decimals


def read(svg: str) -> Element:
    """Parse a chart; elements of a file of its own lose their namespace."""
    root = ElementTree.fromstring(svg)  # noqa: S314
    for each in root.iter():
        each.tag = each.tag.replace(f"{{{NAMESPACE}}}", "")
    return root


def box(root: Element) -> tuple[float, float]:
    """Give the width and height of the viewBox."""
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    return width, height


def points(path: str) -> list[tuple[float, float]]:
    """List the points of a path in their order."""
    found, x, y = [], 0.0, 0.0
    for letter, given in STEP.findall(path):
        numbers = [float(each) for each in given.split()]
        if letter in "ML":
            x, y = numbers
        elif letter == "H":
            (x,) = numbers
        elif letter == "V":
            (y,) = numbers
        elif letter == "h":
            x += numbers[0]
        found.append((x, y))
    return found


def stretches(path: str) -> list[list[tuple[float, float]]]:
    """List the points of each line of a path that is drawn without a gap."""
    return [points(f"M{each}") for each in path.split("M")[1:]]


def extent(each: Element) -> Extent | None:
    """Give from where to where an element is drawn: left, top, right, bottom."""
    at = {name: float(value) for name, value in each.attrib.items() if _is_number(value)}
    if each.tag == "rect":
        x, y = at.get("x", 0), at.get("y", 0)
        return x, y, x + at["width"], y + at["height"]
    if each.tag == "circle":
        return at["cx"] - at["r"], at["cy"] - at["r"], at["cx"] + at["r"], at["cy"] + at["r"]
    if each.tag == "line":
        xs, ys = sorted((at["x1"], at["x2"])), sorted((at["y1"], at["y2"]))
        return xs[0], ys[0], xs[1], ys[1]
    if each.tag == "path":
        xs, ys = zip(*points(each.attrib["d"]), strict=True)
        return min(xs), min(ys), max(xs), max(ys)
    if each.tag == "text":
        size = at.get("font-size", 11)
        wide = width_of(each.text or "", size)
        anchor = each.attrib.get("text-anchor", "start")
        x = at["x"] - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        return x, at["y"] - size * 0.8, x + wide, at["y"] + size * 0.25
    return None


def outside(root: Element) -> list[tuple[str, dict[str, str], Extent]]:
    """List what is drawn beyond the viewBox."""
    width, height = box(root)
    found = []
    for each in root.iter():
        space = extent(each)
        if space and not (
            space[0] >= -HAIR
            and space[1] >= -HAIR
            and space[2] <= width + HAIR
            and space[3] <= height + HAIR
        ):
            found.append((each.tag, each.attrib, space))
    return found


def overlaps(root: Element) -> list[tuple[str, str]]:
    """List pairs of texts that lie upon one another."""
    texts = [(each.text or "", extent(each)) for each in root.iter("text")]
    return [
        (one, other)
        for nth, (one, first) in enumerate(texts)
        for other, second in texts[nth + 1 :]
        if first and second
        and first[0] < second[2] and second[0] < first[2]
        and first[1] < second[3] and second[1] < first[3]
    ]  # fmt: skip


def texts(root: Element) -> list[str]:
    """List the texts that are drawn."""
    return [each.text or "" for each in root.iter("text")]


def titles(root: Element) -> list[str]:
    """List what is said of parts, without the chart's own title."""
    return [each.text or "" for each in root.iter("title")][1:]


def filled(root: Element, tag: str, fill: str) -> Iterator[Element]:
    """Find the elements of a colour."""
    return (each for each in root.iter(tag) if each.attrib.get("fill") == fill)


def stroked(root: Element, tag: str, stroke: str) -> list[Element]:
    """Find the lines of a colour."""
    return [each for each in root.iter(tag) if each.attrib.get("stroke") == stroke]


def number(each: Element, name: str) -> float:
    """Give an attribute as a number."""
    return float(each.attrib.get(name, "0"))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
