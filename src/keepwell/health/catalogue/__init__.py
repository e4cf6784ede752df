"""This room holds the catalogue: metrics of customer health to choose from, as data, and how one is put into a card."""

from keepwell.health.catalogue.adding import NotAdded, added
from keepwell.health.catalogue.metric import Area, Metric, Need
from keepwell.health.catalogue.reading import NoSuchMetric, areas, found, metrics, named

__all__ = [
    "Area",
    "Metric",
    "Need",
    "NoSuchMetric",
    "NotAdded",
    "added",
    "areas",
    "found",
    "metrics",
    "named",
]
