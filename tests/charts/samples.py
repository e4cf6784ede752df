"""This file holds one example of every chart, for what must hold of all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from keepwell import charts
from keepwell.charts import Event, Notice, Override, Palette, Segment, Version, Zone

HOSTILE = "<script>alert('x')</script> & \"Söhne\" \x00\x1b"
MONDAY = date(2026, 3, 2)
ZONES = (Zone("Green", 70, "healthy"), Zone("Amber", 50, "watch"), Zone("Red", 0, "at risk"))


def weekly(*values: float | None, first: date = MONDAY) -> list[tuple[date, float | None]]:
    """Give values of the weeks from a date."""
    return [(first + timedelta(days=7 * nth), value) for nth, value in enumerate(values)]


def euros(amount: float) -> str:
    """Write an amount as the tests expect it."""
    return f"€{amount:,.0f}"


def _trend(palette: Palette) -> str:
    return charts.trend(
        weekly(None, 20, 30.5, None, 44, 60, 72),
        [Zone(HOSTILE, 70, "healthy"), *ZONES[1:]],
        versions=[Version(MONDAY + timedelta(days=21), HOSTILE)],
        events=[Event(MONDAY + timedelta(days=8), HOSTILE)],
        overrides=[Override(MONDAY + timedelta(days=28), date(2027, 1, 1), 30)],
        title=HOSTILE,
        palette=palette,
    )


SAMPLES: dict[str, Callable[[Palette], str]] = {
    "trend": _trend,
    "area": lambda palette: charts.area(
        weekly(100, 300, None, 250), lambda it: f"{HOSTILE}{it:g}", title=HOSTILE, palette=palette
    ),
    "columns": lambda palette: charts.columns(
        weekly(3, 0, None, 5, 12), most=9, title=HOSTILE, palette=palette
    ),
    "distribution": lambda palette: charts.distribution(
        [Segment(HOSTILE, 46, 41, 9, 4), Segment("small", 0, 0, 0, 0)],
        title=HOSTILE,
        palette=palette,
    ),
    "notices": lambda palette: charts.notices(
        [Notice(HOSTILE, MONDAY + timedelta(days=nth * 20), kind, 1000 * nth) for nth, kind in enumerate(charts.KINDS)],
        MONDAY,
        palette=palette,
    ),
    "bar": lambda palette: charts.bar(46, "at risk", label=HOSTILE, palette=palette),
    "unknown bar": lambda palette: charts.bar(None, None, label=HOSTILE, palette=palette),
    "step": lambda palette: charts.step(
        10, 20, "healthy", 0, 60, thresholds=[(50, "watch")], label=HOSTILE, palette=palette
    ),
    "day strip": lambda palette: charts.day_strip(
        [date(2026, 10, 1), date(2026, 10, 2)], date(2026, 11, 2), missing_since=date(2026, 10, 20), label=HOSTILE,
        palette=palette,
    ),
    "shape": lambda palette: charts.shape("watch", 14, label=HOSTILE, palette=palette),
    "sparkline": lambda palette: charts.sparkline([1, None, 2, 3], "healthy", palette=palette),
}  # fmt: skip
