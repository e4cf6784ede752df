"""This file unpacks the parts of a spreadsheet that is an archive, without trusting the sizes that it states."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator

from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.unreadable import Unreadable, unreadable

CHUNK = 1 << 20
AS_CSV = "Export it as CSV."


def unpacked(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, limits: Limits
) -> Iterator[bytes]:
    """Unpack one part of an archive piece by piece: the size that the archive states need not be true."""
    part.file_size = sys.maxsize  # read to the end, wherever the archive says that it is
    size = 0
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > max(limits.always_bytes, limits.ratio * part.compress_size):
                what = f"unpacks to more than {limits.ratio} times its size"
                raise unreadable("F110", name, what, AS_CSV)
            yield chunk


def same(part: str) -> str:
    """Spell the name of a part so that two names which a reader takes for one are one."""
    return part.replace("\\", "/").lower()


def too_large(name: str, limits: Limits) -> Unreadable:
    what = f"unpacks to more than {limits.unpacked_bytes // 10**6} MB"
    return unreadable("F110", name, what, AS_CSV)
