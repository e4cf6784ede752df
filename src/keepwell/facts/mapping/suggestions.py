"""This file proposes a first mapping for a folder of exports, with whatever it is unsure of marked for people to correct."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from keepwell.facts import duckdb_session
from keepwell.facts.mapping import profiling
from keepwell.facts.mapping.matching import Matched, matched
from keepwell.facts.mapping.profiling import File, Seen
from keepwell.facts.mapping.rules import folded
from keepwell.facts.readers import folder
from keepwell.facts.readers.unreadable import Unreadable
from keepwell.health.definition.table import LOAD_COLUMNS, Column, Table

HEAD = """\
# A first mapping, proposed by looking at the files. Read it before relying on it: lines that end in `# check` are guesses.
# All that can be written here: docs/mapping.md. All tables and fields: docs/tables.md.

sources:
"""
WEAK, DOUBTFUL = (
    2,
    5,
)  # scores of a match below which it is left out, and below which it is questioned
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*( [A-Za-z_][\w./-]*)*")
_WORDS_OF_YAML = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])
_PERSONAL = ("mail", "phone", "address", "first_name", "last_name", "contact_name", "full_name")
# What others call a choice.
ALSO = {
    "medium": "normal", "standard": "normal", "critical": "urgent", "blocker": "urgent", "emergency": "urgent", "minor": "low",
    "won": "renewed", "lost": "churn", "cancelled": "churn", "canceled": "churn", "expansion": "upsell", "contraction": "downsell",
    "completed": "held", "done": "held", "scheduled": "planned", "happy": "green", "yellow": "amber", "unhappy": "red",
    "positive": "good", "negative": "bad", "subscription": "recurring", "one time": "one-off",
}  # fmt: skip


def suggest(paths: Path | Sequence[Path], tables: Mapping[str, Table]) -> str:
    """Write a first mapping as text; every source of it is readable, and what cannot be mapped stands there as a comment."""
    files, remarks = [], []
    with tempfile.TemporaryDirectory() as scratch:
        con = duckdb_session.connect(Path(scratch))
        for found in folder.listed(paths):
            if found.path.suffix.lower() not in folder.KINDS:
                continue
            try:
                files.append(profiling.seen(con, found, Path(scratch)))
            except Unreadable as error:
                remarks.append(f"  # {_one_line(str(error))}  # check: left out\n")
        con.close()
    matches = [matched(file, tables, files) for file in files]
    asked = {match.lookup.file.name for match in matches if match.lookup}
    sources = [
        _looked_up(match) if match.score < DOUBTFUL and match.file.name in asked else _source(match)
        for match in matches
    ]
    return HEAD + "\n".join([*sources, *remarks])


def _lacks(match: Matched) -> list[str]:
    """What is missing and cannot be made up; a match that found next to nothing lacks everything."""
    lacks = [
        name
        for name in match.missing
        if name != "id" and not _by_name(match.file, match.table.column(name))
    ]
    return lacks or (["more than was found"] if match.score < WEAK else [])


def _looked_up(match: Matched) -> str:
    return f"  # {_one_line(match.file.name)}: other sources look their account up in it\n"


def _source(match: Matched) -> str:
    lines = [
        f"  - file: {_scalar(match.file.name)}",
        f"    table: {match.table.name}{_doubtful(match)}",
    ]
    if form := _format(match.file):
        lines.append(f"    format: {{{form}}}")
    lines.append(
        f"    feed: {{name: {_scalar(_stem(match.file))}, covers: all, expected_every: 7 days}}  # check: whom does it cover, how often does it come?"
    )
    if {"started_on", "account_id"} <= set(match.columns) and "valid_from" not in match.columns:
        lines.append(
            "    backdate: since_start  # check: did all of this hold since the account began?"
        )
    lines.append("    fields:")
    lines += [f"      {line}" for line in _fields(match)]
    if extras := _extras(match):
        lines += ["    extras:", *(f"      {line}" for line in extras)]
    if lacks := _lacks(match):
        why = (
            f"check: no table suits it; the nearest, `{match.table.name}`, needs {', '.join(lacks)}"
        )
        lines = [
            f"  # {_one_line(match.file.name)}  # {why}",
            *(f"  #{line[1:]}" for line in lines),
        ]
    return "\n".join(lines) + "\n"


def _doubtful(match: Matched) -> str:
    return "  # check: is this the table that it fills?" if match.score < DOUBTFUL else ""


def _format(file: File) -> str:
    form = file.format
    parts = {
        "encoding": form.encoding,
        "decimal": form.decimal if form.decimal != "." else "",
        "thousands": form.thousands,
    }
    return ", ".join(f"{key}: {_scalar(value)}" for key, value in parts.items() if value)


def _stem(file: File) -> str:
    return Path(file.name).stem


def _fields(match: Matched) -> list[str]:
    lines = []
    for column in match.table.columns:
        if seen := match.columns.get(column.name):
            lines.append(_field(column, seen, match.unsure.get(column.name, "")))
        elif column.name == "account_id" and match.lookup:
            found = match.lookup
            parts = f"file: {_scalar(found.file.name)}, match: {_scalar(found.key.name)}, take: {_scalar(found.account.name)}"
            whole = f"{{column: {_scalar(found.by.name)}, lookup: {{{parts}}}}}"
            lines.append(f"account_id: {whole}  # check: the account by way of another file")
        elif column.name == "id":
            lines.append(_made(match))
        elif column.required and (word := _by_name(match.file, column)):
            lines.append(
                f"{column.name}: {{constant: {_scalar(word)}}}  # check: taken from the file's name"
            )
    return lines


def _field(column: Column, seen: Seen, why: str) -> str:
    parts, unsure = [], [why] if why else []
    if column.type in ("date", "moment") and seen.guess.dates:
        formats = [_quoted(style) for style in seen.guess.dates]
        parts.append("date: " + (formats[0] if len(formats) == 1 else f"[{', '.join(formats)}]"))
    unsure += [seen.guess.unsure] if seen.guess.unsure else []
    if column.type == "money":
        unsure.append("in which currency, and for a year?")
        parts += ["times: 12"] if "mrr" in seen.folded or "month" in seen.folded else []
        parts += [
            f"money: {code}"
            for code in ("USD", "EUR", "GBP", "CHF")
            if code.lower() in seen.folded.split("_")
        ]
    if column.choices and (values := _values(column, seen, unsure)):
        parts.append(values)
    whole = f"{{column: {_scalar(seen.name)}, {', '.join(parts)}}}" if parts else _scalar(seen.name)
    return f"{column.name}: {whole}" + (f"  # check: {'; '.join(unsure)}" if unsure else "")


def _values(column: Column, seen: Seen, unsure: list[str]) -> str:
    """Translate the values that a choice does not know: by what others call them, else as missing."""
    known = {folded(choice) for choice in column.choices}
    strange = [value for value in seen.choices if folded(value) not in known]
    if not seen.choices:
        unsure.append(f"only {', '.join(column.choices)} are known")
    if not strange:
        return ""
    also = {value: ALSO.get(folded(value), "") for value in strange}
    also = {value: choice if choice in column.choices else "" for value, choice in also.items()}
    unsure.append("what do these values mean here?")
    pairs = ", ".join(
        f"{_quoted(value)}: {_scalar(choice) if choice else '~'}" for value, choice in also.items()
    )
    return f"values: {{{pairs}}}"


def _made(match: Matched) -> str:
    """Make an identity of what tells rows apart: the account, the day, and words."""
    names = [
        match.columns[name].name
        for name in match.columns
        if name == "account_id" or name in match.table.dated_by
    ]
    names += [match.lookup.by.name] if match.lookup else []
    names += [
        seen.name
        for name, seen in match.columns.items()
        if seen.guess.kind == "text" and seen.name not in names
    ]
    listed = ", ".join(_scalar(name) for name in names[:5]) or ", ".join(
        _scalar(seen.name) for seen in match.file.columns[:5]
    )
    return f"id: {{make: [{listed}], numbered: yes}}  # check: do these tell rows apart?"


def _by_name(file: File, column: Column | None) -> str:
    """A choice that the file's name tells, as `churn` in `churn_events.csv`."""
    words = [word for word in file.words if column and word in column.choices]
    return words[0] if words else ""


def _extras(match: Matched) -> list[str]:
    used = {seen.name for seen in match.columns.values()} | (
        {match.lookup.by.name} if match.lookup else set()
    )
    taken = {
        *match.table.names,
        *(column.name for column in LOAD_COLUMNS),
        "file",
        "line",
        "people",
        "superseded_by",
    }
    lines = []
    for seen in match.file.columns:
        if seen.name in used or seen.guess.kind == "empty":
            continue
        name = re.sub(r"[^a-z0-9_]", "_", seen.folded).strip("_")[:60] or "column"
        name = name if name[0].isalpha() else f"c_{name}"
        name = f"own_{name}" if name in taken or name.endswith("_given") else name
        taken.add(name)
        lines.append(_extra(name, seen))
    return lines


def _extra(name: str, seen: Seen) -> str:
    kind = {"date": "date", "number": "quantity", "flag": "flag"}.get(seen.guess.kind, "text")
    parts = [f"column: {_scalar(seen.name)}", f"type: {kind}"]
    unsure = [seen.guess.unsure] if seen.guess.unsure else []
    if seen.guess.dates:
        parts.append(f"date: [{', '.join(map(_quoted, seen.guess.dates))}]")
    if any(word in seen.folded for word in _PERSONAL):
        parts.append("personal: yes")
        unsure.append("kept apart as personal")
    return f"{name}: {{{', '.join(parts)}}}" + (f"  # check: {'; '.join(unsure)}" if unsure else "")


def _scalar(text: str) -> str:
    """Write a text so that YAML reads it back as that text."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
    return text if plain else _quoted(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
