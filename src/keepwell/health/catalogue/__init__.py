"""This room holds the catalogue: metrics of customer health to choose from, and how to add one to a
card."""

from keepwell.health.catalogue.add import NotAdded, add
from keepwell.health.catalogue.metric import Area, Metric, Need
from keepwell.health.catalogue.read import NoSuchMetric, areas, find, metrics, search

__all__ = [
    "Area",
    "Metric",
    "Need",
    "NoSuchMetric",
    "NotAdded",
    "add",
    "areas",
    "find",
    "metrics",
    "search",
]
