"""This file makes pages in threads that are kept, each with its own connection to the database: to open one costs as much as a page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import django
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler

if TYPE_CHECKING:  # it names models, which need settings
    from keepwell.app.web.lifespan import Receive, Scope, Send

MOST_IDLE = 8  # threads that are kept while nobody asks


class Pages(ASGIHandler):
    """Django's handler, which would begin a new thread for every request, and so open the database anew."""

    def __init__(self) -> None:
        super().__init__()
        self.idle: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, in a thread that no other request uses meanwhile."""
        assert scope["type"] == "http", "lifespan is answered before, and nothing else is served"
        thread = self.idle.pop() if self.idle else ThreadPoolExecutor(1, thread_name_prefix="pages")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            if len(self.idle) < MOST_IDLE:
                self.idle.append(thread)
            else:
                thread.shutdown(wait=False)


def pages() -> Pages:
    """Give the application of the pages, once settings are known."""
    django.setup(set_prefix=False)
    return Pages()
