"""This file lists the tables for Django, which looks for them under this name."""

from keepwell.desk.records.accounts import Account, Projection
from keepwell.desk.records.audit import AuditLine
from keepwell.desk.records.extras import Extra
from keepwell.desk.records.feeds import Arrival, Declaration, FeedDay
from keepwell.desk.records.landings import Landing
from keepwell.desk.records.overrides import Override
from keepwell.desk.records.people import Person, PersonalValue
from keepwell.desk.records.scorecards import Scorecard
from keepwell.desk.records.scores import Run, Score
from keepwell.desk.records.segments import Segment

__all__ = [
    "Account", "Arrival", "AuditLine", "Declaration", "Extra", "FeedDay", "Landing", "Override", "Person", "PersonalValue",
    "Projection", "Run", "Score", "Scorecard", "Segment",
]  # fmt: skip
