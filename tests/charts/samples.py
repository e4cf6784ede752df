"""This file holds one example of every chart, for what must hold of all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from keepwell import charts
from keepwell.charts import (
    Event,
    LeadTime,
    Notice,
    Override,
    Palette,
    Segment,
    Tenth,
    Version,
    Zone,
)

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
    "pairs": lambda palette: charts.pairs(
        0.61, (0.32, 0.7), names=[(0.5, "guessing"), (0.65, "useful"), (1.0, HOSTILE[:12])], title=HOSTILE, palette=palette
    ),
    "rate": lambda palette: charts.rate(0.2, (0.1, 0.35), 0.15, 0.4, "watch", label=HOSTILE, palette=palette),
    "unknown rate": lambda palette: charts.rate(None, None, 0.15, 0.4, None, label=HOSTILE, palette=palette),
    "power": lambda palette: charts.power(0.58, (0.52, 0.64), (0.4, 0.7), label=HOSTILE, palette=palette),
    "tenths": lambda palette: charts.tenths(
        [Tenth(10 * nth, 10 * nth + 9, 0.4 - nth / 30, 0.3 - nth / 40, 0.6 - nth / 30, "watch") for nth in range(10)],
        everybody=0.26, likely=[(0, 0.45), (50, 0.3), (99, 0.1)], title=HOSTILE, palette=palette,
    ),
    "lead times": lambda palette: charts.lead_times(
        [LeadTime(nth, None if nth == 4 else 0.7 - nth / 50, 0.6 - nth / 40, 0.8, 80 - nth) for nth in range(1, 13)],
        headline=3, title=HOSTILE, palette=palette,
    ),
    "decisions": lambda palette: charts.decisions(
        [46, 69.8, 74, 89], [57, 63, *(80 + nth / 3 for nth in range(40))], [Zone(HOSTILE, 70, "healthy"), *ZONES[1:]],
        title=HOSTILE, palette=palette,
    ),
    "shape": lambda palette: charts.shape("watch", 14, label=HOSTILE, palette=palette),
    "sparkline": lambda palette: charts.sparkline([1, None, 2, 3], "healthy", palette=palette),
}  # fmt: skip
