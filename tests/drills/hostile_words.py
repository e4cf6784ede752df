"""This file holds what hostile cards are made of: words, numbers and days that nobody expects, and a small card to put them into."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

CANARY = "CANARY"  # stands for the path of a file that no card may ever read
HEAD = """\
keepwell: 1
name: hostile
least_coverage: {coverage}
bands:
  - {{name: Green, from: 50, means: healthy}}
  - {{name: Red, from: 0, means: at risk}}
"""
NUMBERS = (
    "1e308", "-1e308", "1e999", "5e-324", "1e-320", "1_000_000_000_000_000", "999999999999999", "-999999999999999", "0x10",
    "1e15", "1e16", "nan", ".inf", "-0", "0", "٣", "１２", "1e", "--1", "9" * 400, "0." + "0" * 300 + "1", "100 %", "1e12 %", "²",
)  # fmt: skip
DAYS = (
    "1000000000 days", "99999 weeks", "3660 days", "522 weeks", "1 day", "0 days", "-5 days", "٢٨ days", "1e3 days", "all", "now",
    "rhythm or 3660 days", "99999999999999999999 days", "28days", "28  days", "rhythm", "3661 days",
)  # fmt: skip
WORDS = (
    '"; DROP TABLE keepwell_score; --', "' OR 1=1 --", "registered_0", "current_usage", f"read_text('{CANARY}')",
    f"x' UNION SELECT content FROM read_text('{CANARY}') --", "{{7*7}}", "$(touch /tmp/x)", "%s%s%n", "__class__", "../../etc/passwd",
    "NULL", "nan", "true", "a\tb", "a\u202eb", "\u200b", "\ufeff", "\uffff", "e" + "\u0301" * 500, "👩‍👩‍👧‍👦" * 20, "ﷺ" * 50, "İ", "ß", "\x85",
    "\u2028", "[red]x[/red]", "[link=file:///etc/passwd]x[/link]", "\x1b[2J", "x" * 61, "x" * 2001, "я" * 2000, "", " ", "~",
)  # fmt: skip
NAMES = (
    "a__raw", "users__subtree__28", "segment__0", "account_id", "started_on", "on", "nth__", "reads_on__", "first__28", "order",
    "select", "usage__subtree__first__product", "target__employees", "batch", "feed", "own__", "rule_1", "x_points", "a-b", "not",
    "a_points", "as_of", "is", "missing", "in", "days", "hours", "progress", "health", "a" * 60, "a" * 61, "_a", "A", "é",
)  # fmt: skip
TESTS = (
    "quantity > {number}", "quantity in ({list})", "feature = '{word}'", "feature in ('{word}', 'x')", "at > {day}", "at >= as_of - {days}",
    "days from at to as_of > {number}", "quantity = quantity", "user is missing", "not feature is missing", "feature.rhythm = daily",
    "person.role = '{word}'", "loaded_at > {day}", "batch > {number}", "feed = '{word}'", "on < {day}", "known_on <= {day}",
    "progress of at from at to as_of > {number}", "hours from at to as_of < {number}", "days from at to as_of = days from at to known_on",
)  # fmt: skip
DATES = (
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "1900-01-01",
    "٢٠٢٦-٠٣-٣١",
    "2026-3-1",
    "as_of",
    "10000-01-01",
    "0000-00-00",
)
TAKES = (
    "count", "sum quantity", "mean quantity", "median quantity", "min quantity", "max quantity", "spread quantity", "latest quantity",
    "distinct user", "active days", "days since", "share where {test}", "count where {test}", "ratio of quantity to quantity",
    "growth of sum quantity", "growth of count where {test}", "mean days from at to as_of", "sum hours from at to as_of", "latest feature",
)  # fmt: skip
# Conditions that are SQL, or would be were they not read by a grammar.
STATEMENTS = (
    f"read_text('{CANARY}') = 1", f"feature = (SELECT content FROM read_text('{CANARY}'))", "1 = 1; DROP TABLE usage",
    f"feature = 'x' || read_text('{CANARY}')", f"feature in (SELECT * FROM '{CANARY}')", "quantity > 0 -- ", "feature ~ '(a+)+$'",
    f"feature = \"x' UNION SELECT content FROM read_text('{CANARY}') --\"", f"feature = '{CANARY}'", "getenv('HOME') = 1",
    f"\"{CANARY}\" = 1", "usage.feature = 'x'", "feature.feature.feature = 'x'", "account.parent_id.name = 'x'", "user = 'mia@x'",
    "name = 'x'", "account.name = 'x'", "person.email = 'x'", "CAST(feature AS INTEGER) = 1", "feature = 'a' OR 'b'", "feature COLLATE x = 'a'",
)  # fmt: skip


def scalar(text: str) -> str:
    """Write a text as YAML that is read back as that text, also where nothing could store it."""
    return '"' + "".join(c if " " <= c <= "~" and c not in '\\"' else _escaped(c) for c in text) + '"'  # fmt: skip


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def measure(name: str = "uses", deep: int = 0, **fields: str) -> str:
    """Write one measure; a field is YAML, and an empty one is left out."""
    usual = {
        "table": "usage", "take": "count", "window": "28 days", "points": "{worst: 0, best: 4}", "weight": "1", "missing": "neutral",
    }  # fmt: skip
    lines = [f"- measure: {name}"]
    lines += [f"  {key}: {value}" for key, value in (usual | fields).items() if value]
    return "".join("  " * deep + line + "\n" for line in lines)


def card(health: str = "", more: str = "", coverage: str = "0") -> bytes:
    text = HEAD.format(coverage=coverage) + "health:\n" + (health or measure()) + more
    return text.encode("utf-8", "surrogatepass")


def condition(chance: random.Random) -> str:
    return chance.choice(TESTS).format(
        number=chance.choice(("0", "-1", "1e3", "999999999999.999999", "999999999999.99999999999", "1" * 40, "5 %", "-0.0")),
        list=", ".join(str(chance.randrange(99)) for _ in range(chance.randrange(1, 60))),
        word=chance.choice(WORDS).replace("'", '"'),
        day=chance.choice(DATES),
        days=chance.choice(("0", "1", "99999", "100000", "-1", "9" * 30, "٣")),
    )  # fmt: skip


def tested(text: str, **fields: str) -> bytes:
    return card(measure(where=scalar(text), **fields))


def good(chance: random.Random) -> str:
    rules = "rules:\n  - {boost: 10, when: uses > 3, halves: 30 days, since: quiet, because: x}\n"
    segments = "segments:\n  - {segment: large, when: employees >= 50, weights: {uses: 2}, points: {uses: {worst: 0, best: 9}}}\n"
    health = measure(per="seat") + measure("quiet", take="days since", window="") + measure("pulse", table="pulses", take="latest pulse", window="90 days", points="{lookup: {green: 100, red: 0}, otherwise: 50}")  # fmt: skip
    return card(health, chance.choice((rules, segments, rules + segments))).decode()


class Worst(random.Random):
    """Dice that always fall on the last of several, which is the worst."""

    def choice(self, several: Sequence[Any]) -> Any:  # type: ignore[override]
        return several[-1]
