"""This file lets whichever server process is free take the next visitor: a busy one leaves them on the socket for a moment."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:  # it names models, which need settings
    from keepwell.app.web.lifespan import Application, Receive, Scope, Send

# A process makes one page at a time. Its loop could take visitors meanwhile, who would wait for it while another process
# has nothing to do. But somebody has to take them when all are busy with something long.
LONGEST_WAIT = 0.1  # seconds
FOR_A_QUESTION = 0.005  # seconds within which a new visitor mostly asks for a page
AGAIN = 1.0  # seconds after which a process that has run out of files tries again


class Making:
    """Counts the pages that are being made: from the last byte of the question to the first of the answer."""

    def __init__(self, pages: Application) -> None:
        self.pages = pages
        self.count = 0
        self.changed: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_making = False

        def turn(now: bool) -> None:
            nonlocal is_making
            if now != is_making:
                is_making = now
                self.count += 1 if now else -1
                self.changed()

        async def received() -> Mapping[str, Any]:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                turn(True)
            return message

        async def sent(message: Mapping[str, Any]) -> None:
            turn(False)
            await send(message)

        try:
            await self.pages(scope, received, sent)
        finally:
            turn(False)


class Server(uvicorn.Server):
    """Takes the connections of one socket itself, while it is free."""

    def __init__(self, config: uvicorn.Config, making: Making) -> None:
        super().__init__(config)
        self.making = making
        self.listening: socket.socket | None = None
        self.waiting: asyncio.TimerHandle | None = None
        self.connecting: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, with the one socket that is given."""
        await super().startup(sockets=[])
        if self.started:
            (self.listening,) = sockets or []
            self.listening.setblocking(False)
            self.listening.listen(self.config.backlog)
            self.making.changed = self._turn
            self._open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let the pages that are being made end."""
        self.making.changed = lambda: None
        self._close()
        await super().shutdown(sockets)

    def _turn(self) -> None:
        self._close(LONGEST_WAIT) if self.making.count else self._open()

    def _open(self) -> None:
        self._close()
        assert self.listening is not None
        asyncio.get_running_loop().add_reader(self.listening, self._take)

    def _close(self, seconds: float | None = None) -> None:
        """Leave visitors where they are, for some seconds at most where they are given."""
        if self.waiting:
            self.waiting.cancel()
        loop = asyncio.get_running_loop()
        if self.listening is not None:
            loop.remove_reader(self.listening)
        self.waiting = None if seconds is None else loop.call_later(seconds, self._open)

    def _take(self) -> None:
        assert self.listening is not None
        try:
            connection, _ = self.listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the visitor has gone
        except OSError:  # too many open files
            self._close(AGAIN)
            return
        connection.setblocking(False)
        self._close(FOR_A_QUESTION)
        task = asyncio.create_task(self._connect(connection))
        self.connecting.add(task)
        task.add_done_callback(self.connecting.discard)

    async def _connect(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):  # gone already
            await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol
