"""This file tells a process that a server began when the server stops or dies: its standard input ends, to which nobody writes."""

from __future__ import annotations

import os
import sys
from threading import Event, Thread


def ends() -> Event:
    """Give what is set once standard input has ended."""
    is_over = Event()
    Thread(target=_wait, args=(is_over,), daemon=True).start()
    return is_over


def _wait(is_over: Event) -> None:
    # Not by sys.stdin, whose lock would be held while this process ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    is_over.set()
