"""This room draws charts as SVG text from plain values, the same for pages, PDF, mail and slides."""

from keepwell.charts.areas import AREA, area
from keepwell.charts.columns import COLUMNS, columns
from keepwell.charts.day_strip import day_strip
from keepwell.charts.distributions import Segment, distribution
from keepwell.charts.histories import Event, Override, Version, Zone
from keepwell.charts.notice_strip import Notice, notices
from keepwell.charts.palette import KINDS, PRINT, WEB, Kind, Palette
from keepwell.charts.rows import StepKind, bar, sparkline, step
from keepwell.charts.shapes import shape
from keepwell.charts.svg import NARROW, WIDE, Markup, Size
from keepwell.charts.trends import trend

__all__ = [
    "AREA",
    "COLUMNS",
    "KINDS",
    "NARROW",
    "PRINT",
    "WEB",
    "WIDE",
    "Event",
    "Kind",
    "Markup",
    "Notice",
    "Override",
    "Palette",
    "Segment",
    "Size",
    "StepKind",
    "Version",
    "Zone",
    "area",
    "bar",
    "columns",
    "day_strip",
    "distribution",
    "notices",
    "shape",
    "sparkline",
    "step",
    "trend",
]
