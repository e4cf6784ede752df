"""This file draws how an account's score went: over the bands, with gaps, card versions, events and overrides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from keepwell.charts.dates import Named, ascending, date_axis, day_name, month_name, short_day_name
from keepwell.charts.histories import (
    Event,
    Override,
    Version,
    Zone,
    in_words,
    plain_score,
    within_dates,
    zone_name,
)
from keepwell.charts.palette import WEB, Palette
from keepwell.charts.placing import Box, Obstacles, free_place, spread
from keepwell.charts.scales import Scale, finite, runs, unknown_stretches, within
from keepwell.charts.svg import (
    WIDE,
    Markup,
    Size,
    curve,
    element,
    figure,
    fitted,
    line,
    unknown,
    width_of,
    words,
)

LEFT, RIGHT, TOP = 28.0, 8.0, 16.0
BOTTOM, BOTTOM_WITH_PINS = 22.0, 36.0
SMALL = 10.5
PIN_RADIUS = 7.5
LEAST_ZONE = 15.0  # the height that a zone needs for its name
LEAST_TICK_GAP = 11.0


@dataclass(frozen=True)
class _Plot:
    left: float
    right: float
    top: float
    bottom: float
    x: Scale
    y: Scale

    def at(self, on: date, value: float) -> tuple[float, float]:
        return self.x(on.toordinal()), self.y(value)


def trend(
    points: Sequence[tuple[date, float | None]],
    zones: Sequence[Zone],
    *,
    versions: Sequence[Version] = (),
    events: Sequence[Event] = (),
    overrides: Sequence[Override] = (),
    between: tuple[date, date] | None = None,
    low: float = 0,
    high: float = 100,
    size: Size = WIDE,
    title: str = "Score",
    palette: Palette = WEB,
    score: Callable[[float], str] = plain_score,
    day: Named = day_name,
    month: Named = month_name,
    short_day: Named = short_day_name,
) -> Markup:
    """Draw computed scores by date, None where there was none, over the bands of the card.

    `points` are in the order of their dates; `low` and `high` are the ends of the axis of scores.
    Versions, events and overrides before the first date or after the last are left out, and the
    others keep their numbers, so that one list of events explains a wide and a narrow chart.
    `between` are two dates that are compared: each has an upright line, and they are named in
    place of the months.
    `score`, `day`, `month` and `short_day` write values for the reader.
    """
    dates = [on for on, _ in points]
    ascending(dates, "The dates of a trend")
    if finite(low, "The low end of a trend") >= finite(high, "The high end of a trend"):
        raise ValueError(f"The axis of a trend runs from {low:g} to {high:g}, which is no way up.")
    for on, value in points:
        if value is not None:
            within(value, low, high, f"The score of {on}")
    bands = sorted(zones, key=lambda zone: -finite(zone.least, "The start of a band"))
    shown = within_dates(dates, versions, events, overrides)
    for override in shown.overrides:
        within(override.score, low, high, f"The override of {override.start}")
    for each in between or ():
        if not dates or not dates[0] <= each <= dates[-1]:
            raise ValueError(f"{each} is compared, and not within the dates of the trend.")

    ends = (dates[0].toordinal(), dates[-1].toordinal()) if dates else (0, 0)
    bottom = size.height - (BOTTOM_WITH_PINS if shown.events else BOTTOM)
    plot = _Plot(
        LEFT,
        size.width - RIGHT,
        TOP,
        bottom,
        Scale(*ends, LEFT, size.width - RIGHT),
        Scale(low, high, bottom, TOP),
    )
    xs = [plot.x(on.toordinal()) for on in dates]
    gaps = unknown_stretches([value for _, value in points], xs, plot.left, plot.right)
    lines = [
        [plot.at(on, value) for on, value in points[run.start : run.stop] if value is not None]
        for run in runs([value for _, value in points])
    ]
    obstacles = Obstacles(
        lines=tuple(tuple(each) for each in lines),
        gaps=tuple(gaps),
        uprights=tuple(
            plot.x(on.toordinal())
            for on in (*(each.on for each in shown.versions), *(between or ()))
        ),
    )
    body = [
        *_zones(bands, plot, palette),
        *_score_ticks(bands, low, high, plot, palette),
        *(unknown(*gap, plot.top, plot.bottom, "no score", palette) for gap in gaps),
        *_zone_names(bands, plot, obstacles, palette),
        *_versions(shown.versions, plot, palette),
    ]
    if between:
        body += _compared(sorted(between), plot, size, palette, short_day)
    elif dates:
        room = (0.0, size.width)
        body += date_axis(
            dates, plot.x, bottom, size.height - 5, room, palette, month=month, day=short_day
        )
    body += _computed(lines, palette)
    for override in shown.overrides:
        body += _override(override, points, plot, obstacles, score, palette)
    body += _end_dot(points, lines, palette)
    body += _pins(shown.events, plot, palette)
    desc = in_words(points, bands, shown, score, day, sorted(between or ()))
    return figure(size.width, size.height, title, desc, palette, *body)


def _edges(bands: Sequence[Zone], plot: _Plot) -> Iterator[tuple[Zone, float, float]]:
    """Yield each band that shows with the heights of its upper and lower edge."""
    upper = plot.y.high
    for band in bands:
        top, bottom = plot.y(upper), plot.y(band.least)
        upper = band.least
        if bottom > top:
            yield band, top, bottom


def _zones(bands: Sequence[Zone], plot: _Plot, palette: Palette) -> Iterator[Markup]:
    for band, top, bottom in _edges(bands, plot):
        yield element(
            "rect",
            x=plot.left,
            y=top,
            width=plot.right - plot.left,
            height=bottom - top,
            fill=palette.fill(band.kind),
            opacity=0.1,
        )


def _zone_names(
    bands: Sequence[Zone], plot: _Plot, obstacles: Obstacles, palette: Palette
) -> Iterator[Markup]:
    """Name the zones, each where no line, gap or version runs through its name."""
    for band, top, bottom in _edges(bands, plot):
        if bottom - top < LEAST_ZONE:
            continue
        name = fitted(zone_name(band), plot.right - plot.left - 12, SMALL)
        wide = width_of(name, SMALL)
        steps = int((plot.right - plot.left - 12 - wide) // 12)
        places = [
            Box(plot.left + 6 + 12 * nth, top + 3, wide, 12) for nth in range(max(0, steps) + 1)
        ]
        place = free_place(places, obstacles)
        yield words(place.x, top + 13, name, palette.words(band.kind), size=SMALL)


def _score_ticks(
    bands: Sequence[Zone], low: float, high: float, plot: _Plot, palette: Palette
) -> Iterator[Markup]:
    """Draw the ends of the axis and the thresholds; a number too close to another is left out."""
    taken: list[float] = []
    for value in (low, high, *(band.least for band in bands)):
        if not low <= value <= high:
            continue
        y = plot.y(value)
        yield line(plot.left, y, plot.right, y, palette.grid)
        if all(abs(y - each) >= LEAST_TICK_GAP for each in taken):
            taken.append(y)
            name = fitted(f"{value:g}", plot.left - 6, SMALL)
            yield words(plot.left - 6, y + 4, name, palette.muted, anchor="end", size=SMALL)


def _versions(versions: Sequence[Version], plot: _Plot, palette: Palette) -> Iterator[Markup]:
    """Draw a dashed line for each version, and its name on a side where no other name stands."""
    reached = 0.0
    for version in versions:
        x = plot.x(version.on.toordinal())
        yield element(
            "line",
            element("title", version.label),
            x1=x,
            x2=x,
            y1=12,
            y2=plot.bottom,
            stroke=palette.muted,
            stroke_dasharray="3 3",
        )
        name = fitted(version.label, (plot.right - plot.left) / 2 - 8, SMALL)
        wide = width_of(name, SMALL)
        for begin in (x - 4 - wide, x + 4):
            if begin >= reached and begin + wide <= plot.right + RIGHT:
                reached = begin + wide + 6
                at, anchor = (begin + wide, "end") if begin < x else (begin, "start")
                yield words(at, 11, name, palette.muted, anchor=anchor, size=SMALL, weight=600)
                break


def _compared(
    days: Sequence[date], plot: _Plot, size: Size, palette: Palette, short_day: Named
) -> Iterator[Markup]:
    """Draw an upright line and a name for each date that is compared."""
    names = [short_day(on) for on in days]
    wide = max(width_of(name, SMALL) for name in names)
    true = [plot.x(on.toordinal()) for on in days]
    placed = spread(true, wide + 6, wide / 2, size.width - wide / 2)
    for x, at, name in zip(true, placed, names, strict=True):
        upright = curve([(x, plot.top), (x, plot.bottom)])
        yield element("path", d=upright, stroke=palette.accent, stroke_width=1.5)
        yield words(
            at, size.height - 5, name, palette.accent, anchor="middle", size=SMALL, weight=600
        )


def _computed(lines: Sequence[Sequence[tuple[float, float]]], palette: Palette) -> Iterator[Markup]:
    for each in lines:
        if len(each) > 1:
            yield element(
                "path",
                d=curve(each),
                fill="none",
                stroke=palette.ink,
                stroke_width=2,
                stroke_linejoin="round",
            )
        else:  # one score between two gaps
            yield element("circle", cx=each[0][0], cy=each[0][1], r=2, fill=palette.ink)


def _end_dot(
    points: Sequence[tuple[date, float | None]],
    lines: Sequence[Sequence[tuple[float, float]]],
    palette: Palette,
) -> Iterator[Markup]:
    """Draw a dot on the latest score, hollow where it is not that of the last date."""
    if lines:
        x, y = lines[-1][-1]
        is_current = points[-1][1] is not None
        yield element(
            "circle",
            cx=x,
            cy=y,
            r=4,
            fill=palette.ink if is_current else palette.surface,
            stroke=palette.surface if is_current else palette.ink,
            stroke_width=2,
        )


def _override(
    override: Override,
    points: Sequence[tuple[date, float | None]],
    plot: _Plot,
    obstacles: Obstacles,
    score: Callable[[float], str],
    palette: Palette,
) -> Iterator[Markup]:
    """Draw the score that somebody set, tied to the computed one where it begins."""
    begin, y = plot.at(override.start, override.score)
    end = plot.x(override.end.toordinal())
    computed = next((value for on, value in reversed(points) if on <= override.start), None)
    if computed is not None:
        yield line(begin, y, begin, plot.y(computed), palette.accent, "2 2")
    if end > begin:
        yield element(
            "path", d=curve([(begin, y), (end, y)]), stroke=palette.accent, stroke_width=3
        )
    if override.end == points[-1][0]:
        yield element(
            "circle",
            cx=end,
            cy=y,
            r=4.5,
            fill=palette.accent,
            stroke=palette.surface,
            stroke_width=2,
        )
    name = f"override {score(override.score)}"
    wide = width_of(name, SMALL)
    right = max(plot.left, min(end, plot.right) - wide)
    beside = [(begin - 6 - wide, y - 6)] if begin - 6 - wide >= plot.left else []
    beyond = [(end + 8, y - 6)] if end + 8 + wide <= plot.right else []
    across = [
        (x, each)
        for x in (right, *(right - 12 * nth for nth in range(1, int((right - begin) // 12) + 1)))
        for each in (y + 7, y - 20)
        if TOP <= each <= plot.bottom - 13
    ]
    uprights = [each for each in obstacles.uprights if begin - 6 - wide <= each <= begin]
    before = [(min(uprights) - 6 - wide, y - 6)] if uprights else []
    before = [each for each in before if each[0] >= plot.left]
    places = [Box(*each, wide, 12) for each in (*beside, *beyond, *across, *before)]
    place = free_place(places or [Box(right, plot.top, wide, 12)], obstacles)
    yield words(place.x, place.y + 10, name, palette.accent, size=SMALL, weight=600)


def _pins(events: Sequence[tuple[int, Event]], plot: _Plot, palette: Palette) -> Iterator[Markup]:
    """Draw a numbered pin for each event, moved aside where another one is."""
    true = [plot.x(event.on.toordinal()) for _, event in events]
    placed = spread(true, 2 * PIN_RADIUS + 1, PIN_RADIUS, plot.right + RIGHT - PIN_RADIUS)
    y = plot.bottom + 11
    for (nth, event), at, x in zip(events, true, placed, strict=True):
        size = 10 if nth < 100 else 8
        yield element(
            "g",
            element("title", f"{nth}: {event.label}"),
            line(at, plot.bottom - 4, x, y - PIN_RADIUS, palette.edge),
            element("circle", cx=x, cy=y, r=PIN_RADIUS, fill=palette.ink),
            words(x, y + 3.6, str(nth), palette.surface, anchor="middle", size=size, weight=700),
        )
