"""This room holds the tables of the app database, one file per noun; Django looks for them here."""

from keepwell.app.models.accounts import Account, Projection
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feed_tables import FeedTable
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.identities import Identity
from keepwell.app.models.intake import Intake
from keepwell.app.models.loads import Load
from keepwell.app.models.overrides import Override
from keepwell.app.models.people import Person, PersonalValue
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.models.scores import CurrentScore, Run, RunCount, Score

__all__ = [
    "Account",
    "AuditEntry",
    "CurrentScore",
    "DataFile",
    "Declaration",
    "Delivery",
    "ExtraColumn",
    "FeedDay",
    "FeedTable",
    "Identity",
    "Intake",
    "Load",
    "Manifest",
    "Override",
    "Person",
    "PersonalValue",
    "Projection",
    "Run",
    "RunCount",
    "Score",
    "Scorecard",
]  # fmt: skip
