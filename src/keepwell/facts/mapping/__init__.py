"""This room reads mappings, in which people say what their exports mean, and suggests a first one."""

from keepwell.facts.mapping.document import InvalidMapping
from keepwell.facts.mapping.mapping import Feed, Mapping, Rule, Source
from keepwell.facts.mapping.sources import read
from keepwell.facts.mapping.suggestions import suggest

__all__ = ["Feed", "InvalidMapping", "Mapping", "Rule", "Source", "read", "suggest"]
