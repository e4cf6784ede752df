"""This file breaks one line of the house on purpose, for as long as a drill runs: a drill that does not notice is worth nothing."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """One line of one function, and what it is replaced by."""

    name: str
    module: str
    function: str
    line: str
    broken: str


@contextmanager
def broken(mutant: Mutant | None) -> Iterator[None]:
    """Run with the function's broken body; the function itself, and everybody who knows it, stays the same."""
    if mutant is None:
        yield
        return
    function = _function(mutant)
    whole = function.__code__
    function.__code__ = _broken_code(mutant)
    try:
        yield
    finally:
        function.__code__ = whole


def _function(mutant: Mutant) -> Any:
    found: Any = importlib.import_module(mutant.module)
    for name in mutant.function.split("."):
        found = vars(found)[name] if isinstance(found, type) else getattr(found, name)
    return inspect.unwrap(found.fget if isinstance(found, property) else found)


def _broken_code(mutant: Mutant) -> CodeType:
    module = importlib.import_module(mutant.module)
    source = inspect.getsource(module)
    own = inspect.getsource(_function(mutant))
    assert own.count(mutant.line) == 1, (
        f"{mutant.name}: `{mutant.line}` stands {own.count(mutant.line)} times in {mutant.function}"
    )
    changed = source.replace(own, own.replace(mutant.line, mutant.broken))
    code = compile(changed, module.__file__ or mutant.module, "exec", dont_inherit=True)
    return _find(code, mutant.function)


def _find(code: CodeType, name: str) -> CodeType:
    nested = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    for each in nested:
        if each.co_qualname == name:
            return each
        if name.startswith(each.co_qualname + "."):
            return _find(each, name)
    raise LookupError(f"{name} is not in {code.co_filename}")
