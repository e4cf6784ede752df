"""This file lets one page ask the same question twice and the database only once: within one reading, answers are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
_kept: ContextVar[dict[Any, Any] | None] = ContextVar("answers kept", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Keep answers until the end: for a page that only reads, as whatever is written meanwhile is not seen."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(query: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let a query be answered once in a reading; its arguments must be hashable. Elsewhere it is asked each time."""

    @wraps(query)
    def answer(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        answers = _kept.get()
        if answers is None:
            return query(*args, **kwargs)
        asked = (query, args, tuple(sorted(kwargs.items())))
        if asked not in answers:
            answers[asked] = query(*args, **kwargs)
        found: Answer = answers[asked]
        return found

    return answer


def learned(query: Callable[..., Answer], answer: Answer, *args: object) -> None:
    """Keep the answer to a question that another one has answered on the way."""
    answers = _kept.get()
    if answers is not None:
        answers[query.__wrapped__, args, ()] = answer  # type: ignore[attr-defined]
