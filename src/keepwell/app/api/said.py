"""This file reads what a caller says: parameters of an address and fields of a body, each of a kind, and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NoReturn, TypeAlias

from django.http import HttpRequest, QueryDict

from keepwell.errors import Invalid, UserError, did_you_mean
from keepwell.health.definition import limit

Kind: TypeAlias = Literal["text", "id", "texts", "number", "day", "moment", "yes or no"]
ID = rf"[!-~]{{1,{limit.KEY}}}"  # what no reader of files trims, folds or takes for another one
MOST_BYTES = 100_000
MOST_DEPTH = 5
LONGEST_LIST = 100
LONGEST_TEXT = 20_000  # characters; columns have limits of their own
FORMS: dict[Kind, str] = {
    "text": "a text",
    "id": "1 to 200 visible characters of ASCII, such as a UUID",
    "texts": f"a list of at most {LONGEST_LIST} texts",
    "number": "a whole number, such as 30",
    "day": "a day, such as 2026-11-01",
    "moment": "a moment with its zone, such as 2026-11-01T09:30:00+01:00",
    "yes or no": "true or false",
}


class NotJson(UserError):
    """The body is no JSON that can be read; nothing was changed."""

    code = "X110"


class TooLong(UserError):
    """The body has more bytes than are read; nothing was changed."""

    code = "X111"


class WrongType(UserError):
    """The body does not say that it is JSON; nothing was changed."""

    code = "X112"


class NotAccepted(Invalid):
    """A parameter or a field is not known, is missing, or has a value that it cannot have; nothing was changed."""

    code = "X113"


@dataclass(frozen=True)
class Given:
    """One parameter of an address, or one field of a body."""

    name: str
    kind: Kind
    meaning: str
    is_required: bool = False
    choices: Sequence[str] = ()
    most: int = 0  # of a number, or of a text's characters


def parameters(given: QueryDict, known: Sequence[Given]) -> dict[str, Any]:
    """Read the parameters of an address; an empty one is as good as none."""
    names = {each.name: each for each in known}
    for name in given:
        if name not in names:
            _refuse(
                f"There is no parameter `{limit.shown(name[:60])}`. {did_you_mean(name, names)}"
            )
        if len(given.getlist(name)) > 1:
            _refuse(f"The parameter `{name}` was given twice.")
    values = {name: str(value) for name, value in given.items() if value}
    return {each.name: _value(each, values[each.name], _from_text) for each in known if each.name in values}  # fmt: skip


def body(request: HttpRequest, known: Sequence[Given]) -> dict[str, Any]:
    """Read the fields of a body; one that is null is as good as none."""
    found = _document(request)
    names = {each.name: each for each in known}
    for name in found:
        if name not in names:
            _refuse(f"There is no field `{limit.shown(name[:60])}`. {did_you_mean(name, names)}")
    for each in known:
        if each.is_required and found.get(each.name) is None:
            _refuse(f"The field `{each.name}` is missing: {each.meaning}.")
    return {
        each.name: _value(each, found[each.name], _from_json)
        for each in known
        if found.get(each.name) is not None
    }


def _document(request: HttpRequest) -> Mapping[str, Any]:
    """Read a body as a JSON object, and nothing that only Python takes for JSON."""
    if request.content_type != "application/json":
        raise WrongType("Send the body as JSON, with `Content-Type: application/json`.")
    raw = request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise TooLong(f"The body has more than {MOST_BYTES:,} bytes.")
    try:
        found = json.loads(
            raw.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_each_once
        )
    except UnicodeDecodeError:
        raise NotJson("The body is not UTF-8.") from None
    except RecursionError:
        raise NotJson(f"The body is nested deeper than {MOST_DEPTH} levels.") from None
    except ValueError as error:  # also a number with thousands of digits
        raise NotJson(f"The body is not JSON: {limit.shown(str(error))[:200]}.") from None
    if not isinstance(found, dict):
        raise NotJson("The body is not a JSON object: { ... }.")
    _require_flat(found, 1)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def _require_flat(value: Any, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise NotJson(f"The body is nested deeper than {MOST_DEPTH} levels.")
    if isinstance(value, str) and (character := limit.unstorable(value)):
        raise NotJson(f"The body has a character that cannot be stored: {character}.")
    if isinstance(value, dict):
        for name, each in value.items():
            _require_flat(name, depth)
            _require_flat(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _require_flat(each, depth + 1)


def _value(given: Given, said: Any, read: Callable[[Given, Any], Any]) -> Any:
    try:
        found = read(given, said)
    except (TypeError, ValueError, OverflowError):
        _refuse(f"`{given.name}` is {FORMS[given.kind]}.")
    texts = found if isinstance(found, list) else [found] if isinstance(found, str) else []
    for text in texts:
        if character := limit.unstorable(text):
            _refuse(f"`{given.name}` has a character that cannot be stored: {character}.")
        if len(text) > (given.most or LONGEST_TEXT):
            _refuse(f"`{given.name}` has {len(text):,} characters; the limit is {given.most or LONGEST_TEXT:,}.")  # fmt: skip
        if given.choices and text not in given.choices:
            _refuse(f"`{text[:60]}` is no {given.name}. {did_you_mean(text[:60], given.choices)}")
    if isinstance(found, int) and not isinstance(found, bool) and given.most and found > given.most:
        _refuse(f"`{given.name}` is at most {given.most:,}.")
    return found


def _from_text(given: Given, said: str) -> Any:
    """Read a parameter; a moment and the like stand in bodies alone."""
    if given.kind == "number":
        if not (said.isascii() and said.isdigit() and len(said) < 10):
            raise ValueError(said)
        return int(said)
    return _day(said) if given.kind == "day" else said


def _from_json(given: Given, said: Any) -> Any:
    match given.kind:
        case "text" if isinstance(said, str):
            return said
        case "id" if isinstance(said, str) and re.fullmatch(ID, said):
            return said
        case "texts" if isinstance(said, list) and len(said) <= LONGEST_LIST:
            if all(isinstance(each, str) for each in said):
                return said
        case "yes or no" if isinstance(said, bool):
            return said
        case "moment" if isinstance(said, str):
            found = datetime.fromisoformat(said)
            found.timestamp()  # some have no moment: the year 1 in the far east
            if found.tzinfo is not None:
                return found
    raise TypeError(said)


def _day(said: str) -> date:
    """Read a day, which is written in one way: Python reads week dates too."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        raise ValueError(said)
    return date.fromisoformat(said)


def _refuse(sentence: str) -> NoReturn:
    raise NotAccepted(sentence)
