"""This file brings a mapping and a folder together: every source meets its files, every column it reads is looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from keepwell.errors import Fault, did_you_mean
from keepwell.facts.mapping.mapping import Lookup, Mapping, Rule, Source
from keepwell.facts.readers import folder, opening
from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.opened import Opened
from keepwell.facts.readers.unreadable import Unreadable
from keepwell.facts.schema import TABLES

# Rates come first because amounts need them, accounts next because all else names them.
ORDER = ("rates", "accounts", *(name for name in TABLES if name not in ("rates", "accounts")))


@dataclass(frozen=True)
class Bound:
    """One file of one source, open."""

    source: Source
    opened: Opened
    lookups: dict[Lookup, Opened]

    @property
    def name(self) -> str:
        return self.opened.file.name


class Binder:
    """Opens what a mapping names and collects every fault on the way."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        files: Sequence[Found],
        scratch: Path,
    ) -> None:
        self.con, self.mapping, self.files, self.scratch = con, mapping, files, scratch
        self.faults: list[Fault] = []

    def bound(self) -> list[Bound]:
        """Open every file; raises `Unreadable` with the faults of all of them."""
        found = [bound for source in self.mapping.sources for bound in self.source(source)]
        if self.faults:
            raise Unreadable(tuple(dict.fromkeys(self.faults)))
        return sorted(found, key=lambda bound: ORDER.index(bound.source.table.name))

    def source(self, source: Source) -> list[Bound]:
        lookups = {
            rule.lookup: opened
            for rule in source.rules
            if rule.lookup and (opened := self.lookup(rule, rule.lookup))
        }
        needed = columns_needed(source)
        found = []
        for file in self.matching(
            source.file, Fault("", self.mapping.file, source.line, f"{source.path}.file", "")
        ):
            if opened := self.open(file, source.format, needed):
                self.check(opened, source)
                found.append(Bound(source, opened, lookups))
        return found

    def matching(self, pattern: str, place: Fault) -> tuple[Found, ...]:
        try:
            return folder.wanted(pattern, self.files, place)
        except Unreadable as error:
            self.faults += error.faults
            return ()

    def open(self, file: Found, format: Format, needed: Sequence[str]) -> Opened | None:
        try:
            return opening.opened(self.con, file, format, needed, self.scratch)
        except Unreadable as error:
            self.faults += error.faults
            return None

    def lookup(self, rule: Rule, lookup: Lookup) -> Opened | None:
        place = Fault("", self.mapping.file, rule.line, f"{rule.path}.lookup", "")
        files = self.matching(lookup.file, place)
        if not files:
            return None
        format = next(
            (source.format for source in self.mapping.sources if source.file == lookup.file),
            Format(),
        )
        opened = self.open(files[0], format, (lookup.match, lookup.take))
        if opened:
            for column in (lookup.match, lookup.take):
                self.missing(opened, column, rule.line, f"{rule.path}.lookup")
        return opened

    def check(self, opened: Opened, source: Source) -> None:
        made = (source.unpivot.name, source.unpivot.value) if source.unpivot else ()
        for column in source.unpivot.columns if source.unpivot else ():
            self.missing(
                opened,
                column,
                source.unpivot.line if source.unpivot else 0,
                f"{source.path}.unpivot",
            )
        for rule in source.rules:
            for column in rule.reads:
                if column not in made:
                    self.missing(opened, column, rule.line, rule.path)

    def missing(self, opened: Opened, column: str, line: int, path: str) -> None:
        if column not in opened.columns:
            what = f"{opened.file.name} has no column"
            self.faults.append(
                Fault(
                    "F109",
                    self.mapping.file,
                    line,
                    path,
                    what,
                    column,
                    did_you_mean(column, opened.columns),
                )
            )


def columns_needed(source: Source) -> tuple[str, ...]:
    """The columns that a file must have."""
    made = {source.unpivot.name, source.unpivot.value} if source.unpivot else set()
    read = dict.fromkeys(name for rule in source.rules for name in rule.reads if name not in made)
    return (
        *read,
        *(name for name in (source.unpivot.columns if source.unpivot else ()) if name not in read),
    )
