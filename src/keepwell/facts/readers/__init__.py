"""This room opens export files of every supported kind for DuckDB, and says why a file cannot be opened."""

from keepwell.facts.readers.format import Format
from keepwell.facts.readers.unreadable import Unreadable

__all__ = ["Format", "Unreadable"]
