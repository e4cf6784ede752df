"""This file holds that threads and their connections are kept from request to request, and not beyond the file that they are of."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from keepwell.app.installation import Installation
from keepwell.app.sqlite.base import place_of
from keepwell.app.web import kept_threads


class Noting(kept_threads.Pages):
    """Notes in which thread each request is made, in place of making it."""

    def __init__(self) -> None:  # without Django's, which would load the pages
        self.idle = []
        self.threads: list[int] = []

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        def make() -> None:
            time.sleep(0.02)
            self.threads.append(threading.get_ident())

        await sync_to_async(make)()


def answered(pages: Noting, together: int) -> list[int]:
    """Let some requests come at once, and give the threads in which they were made."""

    async def ask() -> None:
        await asyncio.gather(*(pages({"type": "http"}, None, None) for _ in range(together)))  # type: ignore[arg-type]

    begun = len(pages.threads)
    asyncio.run(ask())
    return pages.threads[begun:]


def test_a_thread_is_kept_for_the_next_request_and_no_two_share_one() -> None:
    pages = Noting()
    first, second = answered(pages, 1), answered(pages, 1)
    assert first == second
    together = answered(pages, 3)
    assert len(set(together)) == 3
    assert first[0] in together
    answered(pages, kept_threads.MOST_IDLE + 4)
    assert len(pages.idle) == kept_threads.MOST_IDLE


@pytest.mark.both_databases
def test_a_kept_connection_is_closed_once_its_file_was_replaced(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written into a file without a name is lost."""
    if installation.database_url:
        pytest.skip("a server of databases looks after its own files")
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    path = place_of(str(connection.settings_dict["NAME"]))
    for _ in range(2):
        connection.ensure_connection()
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is not None
        shutil.copy(path, f"{path}.restored")
        os.replace(f"{path}.restored", path)
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is None
