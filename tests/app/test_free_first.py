"""This file holds that of several servers on one socket a free one takes the next visitor, and that nobody waits for long."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import uvicorn

from keepwell.app.web import free_first
from keepwell.app.web.free_first import LONGEST_WAIT, Making


class Pages:
    """An application that takes a while for every page, and notes how many it makes at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at_once = self.most = self.made = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (asked := await receive()).get("more_body"):
            pass
        if asked["type"] == "http.disconnect":
            return
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        self.made += 1
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
        )
        await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def served(*pages: Pages) -> AsyncIterator[int]:
    """Serve each by a server of its own, all on one socket; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack:
        servers = []
        for each in pages:
            making = Making(each)
            config = uvicorn.Config(
                making, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=2
            )
            config.load()
            server = free_first.Server(config, making)
            server.lifespan = config.lifespan_class(config)
            own = stack.enter_context(listening.dup())
            await server.startup([own])
            servers.append(server)
        yield listening.getsockname()[1]
        for server in servers:
            await server.shutdown()


async def asked(port: int, body: bytes = b"", length: int = 0) -> float:
    """Ask for a page on a connection of its own, and give the seconds that it took."""
    began = time.perf_counter()
    reading, writing = await asyncio.open_connection("127.0.0.1", port)
    writing.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s" % (length, body))
    try:
        assert b"200" in await reading.readline()
    finally:
        writing.close()
    return time.perf_counter() - began


def test_a_busy_server_leaves_visitors_to_one_that_is_free() -> None:
    async def tried() -> list[Pages]:
        pages = [Pages(0.03), Pages(0.03)]
        async with served(*pages) as port:
            for _ in range(10):
                first = asyncio.create_task(asked(port))
                await asyncio.sleep(0.01)
                await asyncio.gather(first, asked(port))
        return pages

    pages = asyncio.run(tried())
    assert [each.most for each in pages] == [1, 1]
    assert sum(each.made for each in pages) == 20


def test_where_all_are_busy_with_something_long_somebody_is_taken_all_the_same() -> None:
    async def tried() -> tuple[Pages, list[float]]:
        pages = Pages(4 * LONGEST_WAIT)
        async with served(pages) as port:
            return pages, await asyncio.gather(*(asked(port) for _ in range(3)))

    pages, took = asyncio.run(tried())
    assert pages.most > 1
    assert pages.made == len(took) == 3


def test_whoever_sends_slowly_makes_nobody_busy() -> None:
    async def tried() -> Pages:
        pages = Pages(0.0)
        async with served(pages) as port:
            slow = [asyncio.create_task(asked(port, b"a", 9)) for _ in range(20)]
            await asyncio.sleep(0.05)
            making = [asked(port) for _ in range(20)]
            await asyncio.wait_for(asyncio.gather(*making), 20 * LONGEST_WAIT / 2)
            for each in slow:
                each.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        return pages

    assert asyncio.run(tried()).made == 20
