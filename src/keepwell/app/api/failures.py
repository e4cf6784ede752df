"""This file turns what goes wrong in a call into JSON with the right status, and our own faults into a reference."""

from __future__ import annotations

import logging
import secrets

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import UnreadablePostError

from keepwell.app import representations, surroundings
from keepwell.app.actions.tokens import NotValid
from keepwell.app.api.calls import Answer
from keepwell.app.api.said import NotJson, TooLong, WrongType
from keepwell.errors import (
    Conflict,
    IntegrityError,
    Invalid,
    KeepwellError,
    NotAllowed,
    NotFound,
    NotReady,
    Unavailable,
    UserError,
)

log = logging.getLogger(__name__)


class NoSuchAddress(NotFound):
    """No route of the API has this address."""

    code = "X120"


class WrongMethod(UserError):
    """The address is there, and not for this method."""

    code = "X121"


class TooMany(UserError):
    """Too many wrong tokens came from one place."""

    code = "X122"


class MissingScope(NotAllowed):
    """The token works, and has no scope for this."""

    code = "X123"


STATUS: tuple[tuple[type[KeepwellError], int], ...] = (
    (NotValid, 401),
    (WrongMethod, 405),
    (TooLong, 413),
    (WrongType, 415),
    (TooMany, 429),
    (NotJson, 400),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
    (NotReady, 409),
    (Unavailable, 503),
    (UserError, 400),
    (IntegrityError, 500),
)


def answer(error: Exception) -> Answer:
    """Give the answer to an error."""
    found = error if isinstance(error, KeepwellError) else surroundings.refused(error)
    if found is not None:
        status = next((status for kind, status in STATUS if isinstance(found, kind)), 500)
        return Answer(representations.errors.error(found), status)
    if isinstance(error, SuspiciousOperation | PermissionDenied | UnreadablePostError):
        refused = UserError("This request has no meaning here. Nothing was changed.")
        return Answer(representations.errors.error(refused), 400)
    reference = secrets.token_hex(4)
    log.error("internal error", extra={"reference": reference}, exc_info=error)
    sentence = (
        f"Something failed on our side. Its reference is {reference}; the log has the details."
    )
    return Answer(representations.errors.internal_error(sentence, reference), 500)
