"""This file tests that the page about mappings is up to date."""

from __future__ import annotations

import re

from keepwell.facts import mapping
from keepwell.facts.mapping import field_rules, sources
from keepwell.facts.readers.folder import KINDS
from keepwell.facts.reject_reasons import REASONS
from tests.outside import ROOT

PAGE = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")


def test_its_examples_can_be_read() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.S | re.M)
    assert [len(mapping.read(block).sources) for block in blocks] == [2]


def test_it_names_every_key_and_operation() -> None:
    for key in (*sources.SOURCE_KEYS, *field_rules.ORIGINS, *field_rules.OPERATIONS):
        assert f"`{key}" in PAGE, key


def test_it_names_every_reason_and_no_other() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| ", PAGE.split("## Rejected rows")[1], re.M)) == set(
        REASONS
    )


def test_it_names_every_kind_of_file() -> None:
    named = set(re.findall(r"\.[a-z]+\b", PAGE))
    assert set(KINDS) - {".pq", ".parquet"} <= named
