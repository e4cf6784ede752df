"""This file asks the accounts' people twice a year whether they would recommend the vendor, and lets some of them answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from keepwell.simulate import shown, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.life import Life
from keepwell.simulate.words import comments
from keepwell.simulate.world import WEEKS, World

WAVE_WEEKS = 26
SKEW = {"sponsor": -0.3, "champion": 0.9, "decision maker": -0.2, "user": 0.0}
REPLIES = {"sponsor": 0.20, "champion": 0.50, "decision maker": 0.26, "user": 0.24}
COMMENTED = 0.55
OUTAGE_REMEMBERED = 0.12  # the share of comments of the next wave that speak of it
TOPICS = ("", "dispatch", "mobile", "invoicing", "support", "price", "reports")


@dataclass(frozen=True)
class Answer:
    """What one person was asked; `score` is none while they have not answered."""

    id: int
    account: int
    day: int
    respondent: Contact
    score: int | None
    comment: str


def answered(
    world: World, accounts: Accounts, life: Life, contacts: list[list[Contact]]
) -> list[Answer]:
    """All questions in the order in which they were asked."""
    regard, found = life.series("regard"), []
    for who in range(len(accounts)):
        dice, words = world.dice("surveys", str(who)), world.dice("words of surveys", str(who))
        country = vendor.COUNTRIES[int(accounts.country[who])]
        for week in range(12, WEEKS, WAVE_WEEKS):
            day = world.first_day + 7 * week + int(dice.integers(0, 12))
            if not accounts.started[who] + 60 < day < min(int(life.left[who]), world.end_day):
                continue
            for each in contacts[who]:
                if each.is_there(day) and dice.random() < 0.9:
                    found.append(
                        _answer(
                            each,
                            day,
                            float(regard[week, who]),
                            country,
                            week,
                            dice,
                            words,
                            accounts,
                        )
                    )
    found.sort(key=lambda each: (each.day, each.account, each.respondent.id))
    return [replace(each, id=9_000 + nth) for nth, each in enumerate(found)]


def _answer(
    each: Contact,
    day: int,
    regard: float,
    country: str,
    week: int,
    dice: np.random.Generator,
    words: np.random.Generator,
    accounts: Accounts,
) -> Answer:
    """Who is unhappy answers less often; what they say follows their regard."""
    if dice.random() > REPLIES[each.role] * (1 + 0.22 * np.tanh(regard)):
        return Answer(0, each.account, day, each, None, "")
    score = int(
        np.clip(round(dice.normal(shown.recommendation(regard) + SKEW[each.role], 1.2)), 0, 10)
    )
    said = ""
    if dice.random() < COMMENTED:
        topic = TOPICS[int(dice.integers(0, len(TOPICS)))]
        if topic == "reports" and not accounts.has(vendor.INSIGHT, each.account):
            topic = ""
        if (
            0 <= week - (WEEKS - vendor.OUTAGE_WEEKS_AGO) < WAVE_WEEKS
            and words.random() < OUTAGE_REMEMBERED
        ):
            topic = "outage"
        said = comments.survey("nps", score, topic, country, words)
    return Answer(0, each.account, day, each, score, said)
