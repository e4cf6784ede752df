"""This room opens files of any usual kind for DuckDB, and says in one sentence why a file cannot be opened."""

from keepwell.facts.readers.format import Format
from keepwell.facts.readers.unreadable import Unreadable

__all__ = ["Format", "Unreadable"]
