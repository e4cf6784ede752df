"""This file binds a mapping to a folder: it opens the files of every source, and checks that they have the columns it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from keepwell.errors import Fault, did_you_mean
from keepwell.facts.mapping.mapping import Lookup, Mapping, Rule, Source
from keepwell.facts.readers import folder, opener
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.open_file import OpenFile
from keepwell.facts.readers.unreadable import Unreadable, unreadable
from keepwell.facts.schema import TABLES
from keepwell.health.definition import limit

# Rates come first because amounts need them, accounts next because all other rows name them.
ORDER = ("rates", "accounts", *(name for name in TABLES if name not in ("rates", "accounts")))


@dataclass(frozen=True)
class BoundFile:
    """One file of one source, open."""

    source: Source
    opened: OpenFile
    lookups: dict[Lookup, OpenFile]

    @property
    def name(self) -> str:
        return self.opened.file.name


class Binder:
    """Opens the files that a mapping names, and collects all faults on the way."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        files: Sequence[InputFile],
        scratch: Path,
    ) -> None:
        self.con, self.mapping, self.files, self.scratch = con, mapping, files, scratch
        self.faults: list[Fault] = []

    def bind(self) -> list[BoundFile]:
        """Open every file, in the order in which they are staged; raises `Unreadable` with the faults of all."""
        found = [bound for source in self.mapping.sources for bound in self._source(source)]
        if self.faults:
            # Two sources can name the same file, whose fault then comes twice.
            raise Unreadable(tuple(dict.fromkeys(self.faults)))
        return sorted(found, key=lambda bound: ORDER.index(bound.source.table.name))

    def _source(self, source: Source) -> list[BoundFile]:
        lookups = {
            rule.lookup: opened
            for rule in source.rules
            if rule.lookup and (opened := self._lookup(rule, rule.lookup))
        }
        needed = columns_needed(source)
        place = Fault("", self.mapping.file, source.line, f"{source.path}.file", "")
        found = []
        for file in self._matching(source.file, place):
            if opened := self._open(file, source.format, needed):
                self._check_columns(opened, source)
                found.append(BoundFile(source, opened, lookups))
        return found

    def _matching(self, pattern: str, place: Fault) -> tuple[InputFile, ...]:
        try:
            return folder.require_matching(pattern, self.files, place)
        except Unreadable as error:
            self.faults += error.faults
            return ()

    def _open(self, file: InputFile, format: Format, needed: Sequence[str]) -> OpenFile | None:
        if limit.unstorable(f"{file.name}{file.path}"):
            self.faults += unreadable_name(file).faults
            return None
        try:
            return opener.open_file(self.con, file, format, needed, self.scratch)
        except Unreadable as error:
            self.faults += error.faults
            return None

    def _lookup(self, rule: Rule, lookup: Lookup) -> OpenFile | None:
        place = Fault("", self.mapping.file, rule.line, f"{rule.path}.lookup", "")
        files = self._matching(lookup.file, place)
        if not files:
            return None
        # The file may also be a source, which says how it is written.
        formats = (each.format for each in self.mapping.sources if each.file == lookup.file)
        opened = self._open(files[0], next(formats, Format()), (lookup.match, lookup.take))
        if opened:
            for column in (lookup.match, lookup.take):
                self._check_column(opened, column, rule.line, f"{rule.path}.lookup")
        return opened

    def _check_columns(self, opened: OpenFile, source: Source) -> None:
        unpivot = source.unpivot
        for column in unpivot.columns if unpivot else ():
            line = unpivot.line if unpivot else 0
            self._check_column(opened, column, line, f"{source.path}.unpivot")
        made = (unpivot.name, unpivot.value) if unpivot else ()
        for rule in source.rules:
            for column in rule.reads:
                if column not in made:
                    self._check_column(opened, column, rule.line, rule.path)

    def _check_column(self, opened: OpenFile, column: str, line: int, path: str) -> None:
        if column not in opened.columns:
            what, way_out = (
                f"{opened.file.name} has no column",
                did_you_mean(column, opened.columns),
            )
            fault = Fault("F109", self.mapping.file, line, path, what, column, way_out)
            self.faults.append(fault)


def unreadable_name(file: InputFile) -> Unreadable:
    """Make the error for a file whose rows could never say where they come from."""
    name = limit.shown(file.name if limit.unstorable(file.name) else str(file.path))
    return unreadable("F115", name, "its name is not UTF-8 text", "Rename it.")


def columns_needed(source: Source) -> tuple[str, ...]:
    """List the columns that a source's files must have."""
    unpivot = source.unpivot
    made = {unpivot.name, unpivot.value} if unpivot else set()
    read = dict.fromkeys(name for rule in source.rules for name in rule.reads if name not in made)
    return (*read, *(name for name in (unpivot.columns if unpivot else ()) if name not in read))
