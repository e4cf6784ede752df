"""This file lists what a check of a whole card can find: each code with its name, and the golden rule or mistake that it belongs to."""

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
    "timely": "it tells while there is still time",
    "contextual": "it knows that accounts differ",
    "actionable": "somebody knows what to do",
}
MISTAKES: tuple[Mistake, ...] = get_args(Mistake)


@dataclass(frozen=True)
class Advice:
    """What a code stands for. `about` is where it is listed when it belongs to no golden rule and no mistake."""

    code: str
    name: str
    rule: Rule | None = None
    mistake: Mistake | None = None
    about: str = ""

    @property
    def heading(self) -> str:
        """Under which heading a finding is shown: the golden rule, else the mistake, else what it is about.

        >>> ADVICE["C626"].heading, ADVICE["C721"].heading, ADVICE["C321"].heading
        ('Golden rule: timely', 'Mistake: lagging, not leading', 'Bands')
        """
        if self.rule:
            return f"Golden rule: {self.rule}"
        return f"Mistake: {self.mistake}" if self.mistake else self.about


_LISTED = (
    Advice("C241", "Points that no value can earn", about="Directions"),
    Advice("C242", "Better and worse the wrong way round", about="Directions"),
    Advice("C243", "A bad word that earns more than a good one", about="Directions"),
    Advice("C511", "A segment turns a direction round", about="Directions"),
    Advice("C321", "A band that no score reaches", about="Bands"),
    Advice("C323", "A segment for which nothing weighs", rule="inclusive"),
    Advice("C324", "More than half on one measure", about="Weights"),
    Advice("C325", "Less than 2 % of the whole", about="Weights"),
    Advice("C411", "A rule that never acts", about="Rules"),
    Advice("C412", "A rule that always acts", about="Rules"),
    Advice("C611", "One gap is enough for no score", rule="inclusive"),
    Advice("C612", "Everything from one table", rule="inclusive"),
    Advice("C613", "Accounts without a score", rule="inclusive"),
    Advice("C621", "Looking too far back", rule="timely"),
    Advice("C622", "A judgement that never expires", rule="timely"),
    Advice("C623", "Carried for too long", rule="timely"),
    Advice("C624", "Mostly typed in by hand", rule="timely"),
    Advice("C625", "A window shorter than the feed's rhythm", rule="timely"),
    Advice("C626", "Scored too seldom", rule="timely"),
    Advice("C631", "One card for everyone", rule="contextual", mistake="one generic definition"),
    Advice("C641", "Not one playbook", rule="actionable", mistake="no playbooks"),
    Advice("C642", "A warning without a playbook", rule="actionable", mistake="no playbooks"),
    Advice("C721", "More lagging than leading", mistake="lagging, not leading"),
    Advice("C731", "No outcome in sight", mistake="easy, not meaningful"),
    Advice("C732", "An outcome that nothing tells of", mistake="easy, not meaningful"),
    Advice("C733", "An outcome without weight", mistake="easy, not meaningful"),
    Advice("C734", "An outcome that is told too late", mistake="easy, not meaningful"),
    Advice("C735", "Two thirds on product usage", mistake="easy, not meaningful"),
    Advice("C736", "A measure without a reason", mistake="easy, not meaningful"),
    Advice("C741", "Changed before its calendar", mistake="tuned all the time"),
    Advice("C801", "A measure without data", about="Data"),
    Advice("C802", "A measure known for few", about="Data"),
    Advice("C803", "A measure that never varies", about="Data"),
    Advice("C804", "A measure that tells nobody apart", about="Data"),
    Advice("C901", "Neither leading nor lagging", mistake="lagging, not leading"),
    Advice("C902", "A score on next to nothing", about="Weights"),
    Advice("C903", "More than eight measures to begin with", about="Start small"),
)
ADVICE: Mapping[str, Advice] = {each.code: each for each in _LISTED}
HEADINGS: tuple[str, ...] = (
    *(f"Golden rule: {rule}" for rule in RULES),
    *(f"Mistake: {mistake}" for mistake in MISTAKES),
    *dict.fromkeys(each.about for each in _LISTED if each.about),
)


def about(fault: Fault) -> str:
    """Under which heading a finding is shown; nothing for an error."""
    return ADVICE[fault.code].heading if fault.code in ADVICE else ""


def rules_that_hold(faults: Iterable[Fault]) -> tuple[Rule, ...]:
    """The golden rules against which nothing was found, in their order."""
    broken = {ADVICE[fault.code].rule for fault in faults if fault.code in ADVICE}
    return tuple(rule for rule in RULES if rule not in broken)


def mistakes_made(faults: Iterable[Fault]) -> tuple[Mistake, ...]:
    """The common mistakes of which something was found, in their order."""
    made = {ADVICE[fault.code].mistake for fault in faults if fault.code in ADVICE}
    return tuple(mistake for mistake in MISTAKES if mistake in made)
