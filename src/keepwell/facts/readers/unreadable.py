"""This file holds the error for files that cannot be imported at all."""

from __future__ import annotations

from keepwell.errors import Fault, Invalid


class Unreadable(Invalid):
    """Files cannot be read; `faults` lists all of them, and nothing was changed."""

    code = "F100"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults=faults)


def unreadable(
    code: str, file: str, what: str, way_out: str = "", *, got: str = "", line: int = 0
) -> Unreadable:
    """Make the error for one file."""
    return Unreadable((Fault(code, file, line, "", what, got, way_out),))
