"""This file generates an NPS survey of the accounts' contacts twice a year, and the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from keepwell.simulate import expected, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.history import History
from keepwell.simulate.words import comments
from keepwell.simulate.world import WEEKS, World

SURVEY_EVERY_WEEKS = 26
ROLE_BIAS = {"sponsor": -0.3, "champion": 0.9, "decision maker": -0.2, "user": 0.0}
REPLY_RATES = {"sponsor": 0.20, "champion": 0.50, "decision maker": 0.26, "user": 0.24}
COMMENTED = 0.55
MENTIONS_OUTAGE = 0.12  # share of comments in the survey after it
TOPICS = ("", "dispatch", "mobile", "invoicing", "support", "price", "reports")


@dataclass(frozen=True)
class Answer:
    """A survey sent to a contact; `score` is None if they did not answer."""

    id: int
    account: int
    day: int
    respondent: Contact
    score: int | None
    comment: str


def generate(
    world: World, accounts: Accounts, history: History, contacts: list[list[Contact]]
) -> list[Answer]:
    """Generate all surveys in the order in which they were sent, answered or not."""
    regard, answers = history.series("regard"), []
    for account in range(len(accounts)):
        rng = world.rng("surveys", str(account))
        text_rng = world.rng("words of surveys", str(account))
        end = min(int(history.leave_day[account]), world.end_day)
        for week in range(12, WEEKS, SURVEY_EVERY_WEEKS):
            day = world.first_day + 7 * week + int(rng.integers(0, 12))
            if not accounts.started[account] + 60 < day < end:
                continue
            for contact in contacts[account]:
                if contact.is_there(day) and rng.random() < 0.9:
                    answers.append(
                        _answer(
                            accounts,
                            contact,
                            day,
                            week,
                            float(regard[week, account]),
                            rng,
                            text_rng,
                        )
                    )
    answers.sort(key=lambda each: (each.day, each.account, each.respondent.id))
    return [replace(each, id=9_000 + nth) for nth, each in enumerate(answers)]


def _answer(
    accounts: Accounts,
    contact: Contact,
    day: int,
    week: int,
    regard: float,
    rng: np.random.Generator,
    text_rng: np.random.Generator,
) -> Answer:
    """Return an answer whose score follows regard; unhappy contacts answer less often."""
    account = contact.account
    if rng.random() > REPLY_RATES[contact.role] * (1 + 0.22 * np.tanh(regard)):
        return Answer(0, account, day, contact, None, "")
    mean = expected.recommendation(regard) + ROLE_BIAS[contact.role]
    score = int(np.clip(round(rng.normal(mean, 1.2)), 0, 10))
    comment = ""
    if rng.random() < COMMENTED:
        topic = TOPICS[int(rng.integers(0, len(TOPICS)))]
        if topic == "reports" and not accounts.has_product(vendor.INSIGHT, account):
            topic = ""
        weeks_after_outage = week - (WEEKS - vendor.OUTAGE_WEEKS_AGO)
        is_next_survey = 0 <= weeks_after_outage < SURVEY_EVERY_WEEKS
        if is_next_survey and text_rng.random() < MENTIONS_OUTAGE:
            topic = "outage"
        country = vendor.COUNTRIES[int(accounts.country[account])]
        comment = comments.survey("nps", score, topic, country, text_rng)
    return Answer(0, account, day, contact, score, comment)
