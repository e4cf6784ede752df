"""This file lists what a check of a whole card can find: each code with its name, and its golden
rule or common mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from keepwell.errors import Fault

Rule = Literal["inclusive", "timely", "contextual", "actionable"]
Mistake = Literal[
    "one generic definition",
    "lagging, not leading",
    "easy, not meaningful",
    "tuned all the time",
    "no playbooks",
]
RULES: Mapping[Rule, str] = {
    "inclusive": "it works for every account",
    "timely": "it warns while there is still time",
    "contextual": "it allows for how accounts differ",
    "actionable": "somebody knows what to do about it",
}
MISTAKES: tuple[Mistake, ...] = get_args(Mistake)


@dataclass(frozen=True)
class Advice:
    """What a code stands for. `about` is its heading if it belongs to no golden rule and no
    mistake."""

    code: str
    name: str
    rule: Rule | None = None
    mistake: Mistake | None = None
    about: str = ""

    @property
    def heading(self) -> str:
        """The heading of a finding: its golden rule, else its mistake, else what it is about.

        >>> ADVICE["C626"].heading, ADVICE["C721"].heading, ADVICE["C321"].heading
        ('Golden rule: timely', 'Mistake: lagging, not leading', 'Bands')
        """
        if self.rule:
            return f"Golden rule: {self.rule}"
        return f"Mistake: {self.mistake}" if self.mistake else self.about


_LISTED = (
    Advice("C241", "Points out of reach", about="Directions"),
    Advice("C242", "Scale the wrong way round", about="Directions"),
    Advice("C243", "Bad value earns more than a good one", about="Directions"),
    Advice("C511", "Segment reverses a scale", about="Directions"),
    Advice("C321", "Band out of reach", about="Bands"),
    Advice("C323", "Segment without weights", rule="inclusive"),
    Advice("C324", "More than half on one measure", about="Weights"),
    Advice("C325", "Less than 2 % of the score", about="Weights"),
    Advice("C411", "Rule never applies", about="Rules"),
    Advice("C412", "Rule always applies", about="Rules"),
    Advice("C611", "One gap means no score", rule="inclusive"),
    Advice("C612", "Everything from one table", rule="inclusive"),
    Advice("C613", "Accounts without a score", rule="inclusive"),
    Advice("C621", "Window too long", rule="timely"),
    Advice("C622", "Value never expires", rule="timely"),
    Advice("C623", "Carried over for too long", rule="timely"),
    Advice("C624", "Mostly entered by hand", rule="timely"),
    Advice("C625", "Window shorter than the feed's interval", rule="timely"),
    Advice("C626", "Scored too rarely", rule="timely"),
    Advice("C631", "One card for everyone", rule="contextual", mistake="one generic definition"),
    Advice("C641", "No playbooks", rule="actionable", mistake="no playbooks"),
    Advice("C642", "Leading measure without a playbook", rule="actionable", mistake="no playbooks"),
    Advice("C721", "More lagging than leading", mistake="lagging, not leading"),
    Advice("C731", "No outcomes", mistake="easy, not meaningful"),
    Advice("C732", "Outcome without a measure", mistake="easy, not meaningful"),
    Advice("C733", "Outcome without weight", mistake="easy, not meaningful"),
    Advice("C734", "Outcome tracked too late", mistake="easy, not meaningful"),
    Advice("C735", "Two thirds on product usage", mistake="easy, not meaningful"),
    Advice("C736", "Measure without a reason", mistake="easy, not meaningful"),
    Advice("C741", "Changed before its review", mistake="tuned all the time"),
    Advice("C801", "Measure without data", about="Data"),
    Advice("C802", "Measure with little data", about="Data"),
    Advice("C803", "Measure that never varies", about="Data"),
    Advice("C804", "Measure that sets nobody apart", about="Data"),
    Advice("C805", "Word that no row has", about="Data"),
    Advice("C901", "Neither leading nor lagging", mistake="lagging, not leading"),
    Advice("C902", "No required coverage", about="Weights"),
    Advice("C903", "More than eight measures to start with", about="Start small"),
)
ADVICE: Mapping[str, Advice] = {each.code: each for each in _LISTED}
HEADINGS: tuple[str, ...] = (
    *(f"Golden rule: {rule}" for rule in RULES),
    *(f"Mistake: {mistake}" for mistake in MISTAKES),
    *dict.fromkeys(each.about for each in _LISTED if each.about),
)


def about(fault: Fault) -> str:
    """Find the heading of a finding; empty for an error."""
    return ADVICE[fault.code].heading if fault.code in ADVICE else ""


def rules_that_hold(faults: Iterable[Fault]) -> tuple[Rule, ...]:
    """List the golden rules that nothing was found against, in their order."""
    broken = {ADVICE[fault.code].rule for fault in faults if fault.code in ADVICE}
    return tuple(rule for rule in RULES if rule not in broken)


def first_to_mend(faults: Iterable[Fault], *, is_strict: bool = False) -> Fault | None:
    """Find what to mend before a card is published: the first error, else the first finding against a golden rule, in the
    order of the rules; if the check is strict, else any finding. None where nothing fails."""
    found = list(faults)
    if errors := [fault for fault in found if fault.is_error]:
        return errors[0]
    for rule in RULES:
        for fault in found:
            if fault.code in ADVICE and ADVICE[fault.code].rule == rule:
                return fault
    return found[0] if found and is_strict else None


def mistakes_made(faults: Iterable[Fault]) -> tuple[Mistake, ...]:
    """List the common mistakes that were found, in their order."""
    made = {ADVICE[fault.code].mistake for fault in faults if fault.code in ADVICE}
    return tuple(mistake for mistake in MISTAKES if mistake in made)
