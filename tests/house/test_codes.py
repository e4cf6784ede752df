"""This file holds that every error has a code of its own: people look it up, and scripts go by it."""

from __future__ import annotations

import re
from collections import Counter

from tests.house.rooms import SOURCE

CODE = re.compile(r'^    code = "([A-Z]\d{3})"$', re.MULTILINE)


def test_no_two_errors_have_the_same_code() -> None:
    found = Counter(
        code
        for path in SOURCE.rglob("*.py")
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    )
    assert len(found) > 40
    assert [code for code, times in found.items() if times > 1] == []
