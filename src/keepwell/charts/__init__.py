"""This room draws charts as SVG text from plain values, the same for pages, PDF, mail and slides."""

from keepwell.charts.areas import AREA, area
from keepwell.charts.columns import COLUMNS, columns
from keepwell.charts.day_strip import day_strip
from keepwell.charts.decisions import DECISIONS, DECISIONS_NARROW, decisions
from keepwell.charts.distributions import Segment, distribution
from keepwell.charts.estimates import pairs, power, rate
from keepwell.charts.histories import Event, Override, Version, Zone
from keepwell.charts.lead_times import LeadTime, lead_times
from keepwell.charts.notice_strip import Notice, notices
from keepwell.charts.palette import KINDS, PRINT, WEB, Kind, Palette
from keepwell.charts.rows import StepKind, bar, sparkline, step
from keepwell.charts.shapes import shape
from keepwell.charts.svg import NARROW, WIDE, Markup, Size
from keepwell.charts.tenths import Tenth, tenths
from keepwell.charts.trends import trend

__all__ = [
    "AREA",
    "COLUMNS",
    "DECISIONS",
    "DECISIONS_NARROW",
    "KINDS",
    "NARROW",
    "PRINT",
    "WEB",
    "WIDE",
    "Event",
    "Kind",
    "LeadTime",
    "Markup",
    "Notice",
    "Override",
    "Palette",
    "Segment",
    "Size",
    "StepKind",
    "Tenth",
    "Version",
    "Zone",
    "area",
    "bar",
    "columns",
    "day_strip",
    "decisions",
    "distribution",
    "lead_times",
    "notices",
    "pairs",
    "power",
    "rate",
    "shape",
    "sparkline",
    "step",
    "tenths",
    "trend",
]
