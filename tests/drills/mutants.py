"""This file breaks one line of the house on purpose, for as long as a drill runs: a drill that does not notice is worth nothing."""

from __future__ import annotations

import importlib
import inspect
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

# What a process runs first. Compiled code that is kept beside a module is whole, so it is not looked at.
STARTED = """
from importlib.machinery import SourceFileLoader
whole = SourceFileLoader.get_code
def broken(loader, name):
    if name != {!r}:
        return whole(loader, name)
    source = loader.get_data(loader.path).decode()
    return compile(source.replace({!r}, {!r}), loader.path, "exec", dont_inherit=True)
SourceFileLoader.get_code = broken
"""


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
    """Run with the function's broken body; the function itself, and everybody who knows it, stays the same.

    Processes that are started meanwhile run the broken body too.
    """
    if mutant is None:
        yield
        return
    function = _function(mutant)
    whole, path = function.__code__, os.environ.get("PYTHONPATH", "")
    function.__code__ = _broken_code(mutant)
    with tempfile.TemporaryDirectory() as folder:
        own = inspect.getsource(function)
        text = STARTED.format(mutant.module, own, own.replace(mutant.line, mutant.broken))
        (Path(folder) / "sitecustomize.py").write_text(text, encoding="utf-8")
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *filter(None, [path])])
        try:
            yield
        finally:
            function.__code__ = whole
            os.environ["PYTHONPATH"] = path


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
