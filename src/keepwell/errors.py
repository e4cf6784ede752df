"""This file holds the one tree of errors, which every interface renders and no module outside it extends from `Exception`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

MAX_GOT = 60  # characters of what was found: enough to find it again, a page of it hides the others
MAX_WORDS = 400


@dataclass(frozen=True)
class Fault:
    """One mistake (or, with `is_error=False`, one piece of advice) in a document that a person wrote.

    What was found is shown by its first 60 characters.

    >>> print(Fault("C101", "card.yaml", 14, "adoption.seats", "unknown column", "seat", "Did you mean `seats`?"))
    card.yaml:14 adoption.seats: unknown column `seat`. Did you mean `seats`?
    """

    code: str
    file: str
    line: int
    path: str
    what: str
    got: str = ""
    way_out: str = ""
    is_error: bool = True

    def __post_init__(self) -> None:
        for name, most in (
            ("got", MAX_GOT),
            ("path", 2 * MAX_GOT),
            ("what", MAX_WORDS),
            ("way_out", MAX_WORDS),
        ):
            object.__setattr__(self, name, shortened(getattr(self, name), most))

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        got = f" `{self.got}`" if self.got else ""
        way_out = f" {self.way_out}" if self.way_out else ""
        return f"{self.place} {self.path}: {self.what}{got}.{way_out}".replace(" : ", ": ")


#     KeepwellError
#     |-- UserError          what somebody asked for or handed in cannot be used; nothing was changed
#     |   |-- WrongUse       the call itself has no meaning: an option that contradicts another
#     |   |-- NotAllowed     whoever asks may see this, and not change it, or may not do such things at all
#     |   |-- NotFound       there is no such account, run, version, metric
#     |   |-- Conflict       somebody else was first, or the thing is there already
#     |   |-- NotReady       a step is missing: nothing imported, published or scored yet
#     |   |-- Invalid        a document or a file has faults; `faults` lists all of them
#     |   `-- Unavailable    the database cannot be reached, or is busy: try again later
#     `-- IntegrityError     what is stored is not what was written: restore or rebuild
#
# What is in neither branch is a fault of ours: interfaces call it an internal error, log it under a reference and show that.
class KeepwellError(Exception):
    """What Keepwell raises on purpose. `code` is stable and may be matched by scripts; the sentence may change.

    `what` is the sentence to show, `place` the file, line or path it is about, `got` what was found there and
    `way_out` the next step. Where several things are wrong at once, `faults` lists them all.
    """

    code = "E000"

    def __init__(
        self,
        what: str = "",
        *,
        place: str = "",
        got: str = "",
        way_out: str = "",
        code: str = "",
        faults: Iterable[Fault] = (),
    ) -> None:
        self.what, self.place, self.got, self.way_out = what, place, got, way_out
        self.faults = tuple(faults)
        if code:
            self.code = code
        super().__init__(what)

    def __str__(self) -> str:
        if not self.what and self.faults:
            return "\n".join(str(fault) for fault in self.faults)
        place = f"{self.place}: " if self.place else ""
        got = f" `{shortened(self.got, MAX_GOT)}`" if self.got else ""
        way_out = f" {self.way_out}" if self.way_out else ""
        return f"{place}{self.what}{got}{'.' if got else ''}{way_out}"


class UserError(KeepwellError):
    """What was asked for or handed in cannot be used; nothing was changed."""

    code = "E100"


class WrongUse(UserError):
    """The call itself has no meaning; the message says the way out."""

    code = "E101"


class NotAllowed(UserError):
    """Somebody asked for what their role may not do; nothing was changed."""

    code = "E113"


class NotFound(UserError):
    """There is nothing of this name."""

    code = "E102"


class Conflict(UserError):
    """Somebody else was first, or the thing is there already; nothing was changed."""

    code = "E103"


class NotReady(UserError):
    """A step before this one is missing."""

    code = "E104"


class Invalid(UserError):
    """A document, a file or a value has faults; nothing was changed."""

    code = "E105"


class Unavailable(UserError):
    """The database cannot be reached, or is busy."""

    code = "E106"


class IntegrityError(KeepwellError):
    """What is stored is not what was written; no number is better than a wrong one."""

    code = "I100"


def shortened(text: str, most: int) -> str:
    """Cut a text that is longer than it may be, and show that it was.

    >>> shortened("a word", 60), shortened("abcdefgh", 6)
    ('a word', 'abc...')
    """
    return text if len(text) <= most else text[: most - 3] + "..."


def did_you_mean(got: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, else list those that are expected.

    >>> did_you_mean("seat", ["seats", "amount"])
    'Did you mean `seats`?'
    """
    names = sorted(set(known))
    lowered = {name.lower(): name for name in names}
    near = get_close_matches(got.lower(), lowered, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{lowered[near[0]]}`?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    if not names:
        return ""
    return f"Expected {'one of' if len(names) > 1 else 'only'}: {shown}."
