"""This file tests that files and mappings damaged at random are reported, and never cause an internal error."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.errors import Fault
from keepwell.facts import mapping
from keepwell.facts.mapping import InvalidMapping
from keepwell.facts.readers import Unreadable
from tests.facts.harness import readings, stage
from tests.facts.test_kinds_of_file import WRITERS
from tests.outside import ROOT

EXAMPLE = (ROOT / "examples/starter/mapping.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    found = {}
    for name, write in WRITERS.items():
        path = tmp_path_factory.mktemp("original") / name
        write(path)
        found[name] = path.read_bytes()
    return found


@st.composite
def damages(draw: st.DrawFn) -> list[tuple[str, float, bytes]]:
    kinds = st.sampled_from(["flip", "cut", "insert", "double"])
    places = st.floats(0, 1, exclude_max=True)
    return draw(
        st.lists(
            st.tuples(kinds, places, st.binary(min_size=1, max_size=4)), min_size=1, max_size=4
        )
    )


def damaged(data: bytes, damage: list[tuple[str, float, bytes]]) -> bytes:
    for kind, share, bytes_ in damage:
        place = int(share * len(data))
        match kind:
            case "flip":
                data = data[:place] + bytes_ + data[place + len(bytes_) :]
            case "cut":
                data = data[:place]
            case "insert":
                data = data[:place] + bytes_ + data[place:]
            case "double":
                data = data + data[place:]
    return data


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(list(WRITERS)), damages())
def test_a_damaged_file_is_staged_or_reported(
    originals: dict[str, bytes], name: str, damage: list[tuple[str, float, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(damaged(originals[name], damage))
        try:
            done = stage(Path(folder), readings(name))
        except Unreadable as error:
            reported = error.faults
        else:
            reported = ()
            assert len(done.rows()) + len(done.rejected()) == done.received
    assert all(fault.what and fault.code for fault in reported)


@settings(max_examples=15, deadline=None)
@given(damages())
def test_a_damaged_mapping_is_read_or_reported(damage: list[tuple[str, float, bytes]]) -> None:
    text = damaged(EXAMPLE.encode(), damage).decode("utf-8", "replace")
    try:
        sources, reported = mapping.read(text).sources, tuple[Fault, ...]()
    except InvalidMapping as error:
        sources, reported = (), error.faults
    assert sources or (reported and all(fault.what and fault.code for fault in reported))
