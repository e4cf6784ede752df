"""This file suggests a first mapping for a folder of exports, and marks what a person should check."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from keepwell.errors import NotFound
from keepwell.facts import duckdb_session
from keepwell.facts.mapping.field_rules import folded
from keepwell.facts.mapping.matching import Match, best_match
from keepwell.facts.mapping.profiling import ColumnProfile, FileProfile, profile
from keepwell.facts.mapping.sources import APP_FEED, RESERVED
from keepwell.facts.readers import folder
from keepwell.facts.readers.unreadable import Unreadable
from keepwell.health.definition import limit
from keepwell.health.definition.table import Column, Table

HEAD = """\
# A first mapping, inferred from your files. Review it: lines with `# check` are guesses.
# All keys: docs/mapping.md. All tables and fields: docs/tables.md.

sources:
"""
TOO_LOW, LOW = (
    2,
    5,
)  # scores of a match: below the first it is commented out, below the second questioned
PERSONAL = ("mail", "phone", "address", "first_name", "last_name", "contact_name", "full_name")
# What other systems call our choices.
SYNONYMS = {
    "medium": "normal", "standard": "normal", "critical": "urgent", "blocker": "urgent", "emergency": "urgent", "minor": "low",
    "won": "renewed", "lost": "churn", "cancelled": "churn", "canceled": "churn", "expansion": "upsell", "contraction": "downsell",
    "completed": "held", "done": "held", "scheduled": "planned", "happy": "green", "yellow": "amber", "unhappy": "red",
    "positive": "good", "negative": "bad", "subscription": "recurring", "one time": "one-off",
}  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*( [A-Za-z_][\w./-]*)*")
_YAML_WORDS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])


def suggest(paths: Path | Sequence[Path], tables: Mapping[str, Table]) -> str:
    """Write a first mapping as text. It can be read as it is; what could not be mapped is there as a comment.

    Raises `NotFound` where there is nothing that could be imported.
    """
    files, comments = [], []
    with tempfile.TemporaryDirectory() as scratch:
        con = duckdb_session.connect(Path(scratch))
        for found in folder.list_files(paths):
            if found.path.suffix.lower() not in folder.KINDS:
                continue
            if limit.unstorable(f"{found.name}{found.path}"):
                name = _one_line(limit.shown(found.name))
                comments.append(f"  # {name}: its name is not UTF-8 text  # check: skipped\n")
                continue
            try:
                files.append(profile(con, found, Path(scratch)))
            except Unreadable as error:
                comments.append(f"  # {_one_line(str(error))}  # check: skipped\n")
        con.close()
    if not files and not comments:
        raise NotFound(
            "There is no file to suggest a mapping for.",
            way_out=f"Put exports there first: {', '.join(sorted(folder.KINDS))}.",
        )
    matches = [best_match(file, tables, files) for file in files]
    looked_up = {match.lookup.file.name for match in matches if match.lookup}
    sources = []
    for match in matches:
        # It fits no table, because it only says which account an id of another system belongs to.
        if match.score < LOW and match.file.name in looked_up:
            name = _one_line(match.file.name)
            sources.append(f"  # {name}: other sources look up their account in it\n")
        else:
            sources.append(_source(match))
    return HEAD + "\n".join([*sources, *comments])


def _source(match: Match) -> str:
    file, table = match.file, match.table
    check = "  # check: is this the right table?" if match.score < LOW else ""
    lines = [f"  - file: {_scalar(file.name)}", f"    table: {table.name}{check}"]
    format = {
        "encoding": file.format.encoding,
        "decimal": file.format.decimal if file.format.decimal != "." else "",
        "thousands": file.format.thousands,
    }
    if parts := [f"{key}: {_scalar(value)}" for key, value in format.items() if value]:
        lines.append(f"    format: {{{', '.join(parts)}}}")
    # The defaults, spelled out: nothing changes scores more than what silence means.
    stem = Path(file.name).stem
    name = f"{stem} export" if stem == APP_FEED else stem
    feed = f"{{name: {_scalar(name)}, covers: all, expected_every: 7 days}}"
    lines.append(
        f"    feed: {feed}  # check: which accounts does it cover, and how often does it arrive?"
    )
    if {"started_on", "account_id"} <= set(match.columns) and "valid_from" not in match.columns:
        lines.append(
            "    backdate: since_start  # check: have these values been the same since the account started?"
        )
    lines += ["    fields:", *(f"      {line}" for line in _fields(match))]
    if extras := _extras(match):
        lines += ["    extras:", *(f"      {line}" for line in extras)]
    needed = [
        name
        for name in match.missing
        if name != "id" and not _choice_in_name(file, table.column(name))
    ]
    if not needed and match.score < TOO_LOW:
        needed = ["other columns than these"]
    # As a comment, with all that was found: deleting is less work than typing.
    if needed:
        check = f"check: no table fits; the closest, `{table.name}`, needs {', '.join(needed)}"
        lines = [f"  # {_one_line(file.name)}  # {check}", *(f"  #{line[1:]}" for line in lines)]
    return "\n".join(lines) + "\n"


def _fields(match: Match) -> list[str]:
    lines = []
    for column in match.table.columns:
        if found := match.columns.get(column.name):
            lines.append(_field(column, found, match.checks.get(column.name, "")))
        elif column.name == "account_id" and match.lookup:
            lookup = match.lookup
            parts = f"file: {_scalar(lookup.file.name)}, match: {_scalar(lookup.key.name)}, take: {_scalar(lookup.account.name)}"
            rule = f"{{column: {_scalar(lookup.by.name)}, lookup: {{{parts}}}}}"
            lines.append(f"account_id: {rule}  # check: looked up in another file")
        elif column.name == "id":
            lines.append(_made_id(match))
        elif column.required and (word := _choice_in_name(match.file, column)):
            lines.append(
                f"{column.name}: {{constant: {_scalar(word)}}}  # check: from the file's name"
            )
    return lines


def _field(column: Column, found: ColumnProfile, check: str) -> str:
    parts, checks = [], [check] if check else []
    if column.type in ("date", "moment") and found.type.dates:
        formats = [_quoted(style) for style in found.type.dates]
        parts.append("date: " + (formats[0] if len(formats) == 1 else f"[{', '.join(formats)}]"))
    checks += [found.type.check] if found.type.check else []
    if column.type == "money":
        name = found.snake_name
        checks.append("which currency? per year?")
        parts += ["times: 12"] if "mrr" in name or "month" in name else []
        codes = ("USD", "EUR", "GBP", "CHF")
        parts += [f"money: {code}" for code in codes if code.lower() in name.split("_")]
    if column.choices and not found.choices:
        checks.append(f"allowed: {', '.join(column.choices)}")
    if column.choices and (values := _translated(column, found)):
        parts.append(f"values: {{{values}}}")
        checks.append("what do these values mean?")
    name = _scalar(found.name)
    rule = f"{{column: {name}, {', '.join(parts)}}}" if parts else name
    return f"{column.name}: {rule}" + (f"  # check: {'; '.join(checks)}" if checks else "")


def _translated(column: Column, found: ColumnProfile) -> str:
    """Translate the values that are none of the field's choices: by their synonyms, else to missing."""
    known = {folded(choice) for choice in column.choices}
    pairs = []
    for value in found.choices:
        if folded(value) not in known:
            choice = SYNONYMS.get(folded(value), "")
            ours = _scalar(choice) if choice in column.choices else "~"
            pairs.append(f"{_quoted(value)}: {ours}")
    return ", ".join(pairs)


def _made_id(match: Match) -> str:
    """Make an id of what is likely to tell rows apart: account, date and texts."""
    names = [
        found.name
        for name, found in match.columns.items()
        if name == "account_id" or name in match.table.dated_by
    ]
    names += [match.lookup.by.name] if match.lookup else []
    names += [
        found.name
        for found in match.columns.values()
        if found.type.kind == "text" and found.name not in names
    ]
    names = names or [found.name for found in match.file.columns]
    made = ", ".join(_scalar(name) for name in names[:5])
    return f"id: {{make: [{made}], numbered: yes}}  # check: do these columns identify a row?"


def _choice_in_name(file: FileProfile, column: Column | None) -> str:
    """Find a choice that the file's name gives away, as `churn` in `churn_events.csv`."""
    return next((word for word in file.words if column and word in column.choices), "")


def _extras(match: Match) -> list[str]:
    used = {found.name for found in match.columns.values()}
    used |= {match.lookup.by.name} if match.lookup else set()
    taken = {*match.table.names, *RESERVED}
    lines = []
    for found in match.file.columns:
        if found.name in used or found.type.kind == "empty":
            continue
        name = re.sub(r"[^a-z0-9_]", "_", found.snake_name).strip("_")[:60] or "column"
        name = name if name[0].isalpha() else f"c_{name}"
        name = f"own_{name}" if name in taken or name.endswith("_given") else name
        taken.add(name)
        lines.append(_extra(name, found))
    return lines


def _extra(name: str, found: ColumnProfile) -> str:
    type_ = {"date": "date", "number": "quantity", "flag": "flag"}.get(found.type.kind, "text")
    parts = [f"column: {_scalar(found.name)}", f"type: {type_}"]
    checks = [found.type.check] if found.type.check else []
    if found.type.dates:
        parts.append(f"date: [{', '.join(map(_quoted, found.type.dates))}]")
    if any(word in found.snake_name for word in PERSONAL):
        parts.append("personal: yes")
        checks.append("treated as personal")
    return f"{name}: {{{', '.join(parts)}}}" + (f"  # check: {'; '.join(checks)}" if checks else "")


def _scalar(text: str) -> str:
    """Write a text so that YAML reads it back as that text."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if is_plain else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Join lines: a file's name could end the comment that it stands in."""
    return " ".join(text.split())
