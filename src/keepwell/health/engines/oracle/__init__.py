"""This room computes scores in plain Python, slowly and obviously: the oracle that the other
engines are checked against."""

# It shares with them the frozen classes of the definition, which say what is asked, and nothing
# that computes an answer: no method of those classes, no constant, no function. What is written
# down twice is checked by every test that compares.

from keepwell.health.engines.oracle.engine import Oracle

__all__ = ["Oracle"]
