"""This room computes scores in plain Python, slowly and obviously: the oracle that the other engines are held against."""

from keepwell.health.engines.reference.oracle import Oracle

__all__ = ["Oracle"]
