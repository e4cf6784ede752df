"""This file lets a room load each of its modules when it is first named, as most import the models or the engine."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType


def of(room: str) -> Callable[[str], ModuleType]:
    """Give a package its `__getattr__`: what is named in it is imported then.

    Models cannot be imported before an installation is built, and the engine takes half a second to load. mypy reads
    the modules from the list under `TYPE_CHECKING` in the package.
    """

    def load(name: str) -> ModuleType:
        try:
            return import_module(f"{room}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{room}.{name}":
                raise
            raise AttributeError(f"module {room!r} has no attribute {name!r}") from None

    return load
