"""This file lets work be done beside the pages as long as the server lives: ASGI says when that begins and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeAlias

from keepwell.app.web.worker import Worker

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


def with_worker(pages: Application, worker: Worker) -> Application:
    """Give the pages a worker, which a server starts and stops with itself."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await pages(scope, receive, send)
            return
        while True:
            said = (await receive())["type"]
            if said == "lifespan.startup":
                worker.start()
            if said == "lifespan.shutdown":
                await asyncio.to_thread(worker.stop)
            await send({"type": f"{said}.complete"})
            if said == "lifespan.shutdown":
                return

    return application
