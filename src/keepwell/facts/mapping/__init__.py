"""This room reads mappings, the files in which people say what their exports mean, and proposes a first one."""

from keepwell.facts.mapping.document import Faulty
from keepwell.facts.mapping.mapping import Feed, Mapping, Rule, Source
from keepwell.facts.mapping.proposing import suggest
from keepwell.facts.mapping.sources import read

__all__ = ["Faulty", "Feed", "Mapping", "Rule", "Source", "read", "suggest"]
