"""This room holds the tables of the app database, one file per noun; Django looks for them here."""

from keepwell.app.models.accounts import Account, Projection
from keepwell.app.models.attempts import Attempt
from keepwell.app.models.audit import AuditEnd, AuditEntry
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feed_tables import FeedTable
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.identities import Identity
from keepwell.app.models.intake import Intake
from keepwell.app.models.jobs import Job
from keepwell.app.models.judgements import Judgement, Likelihood
from keepwell.app.models.loads import Load
from keepwell.app.models.overrides import Override
from keepwell.app.models.ownership import Absence, AccountTree, OwnerName, Ownership, Team
from keepwell.app.models.people import Person, PersonalValue
from keepwell.app.models.saved_views import SavedView
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.models.scores import CurrentLines, CurrentScore, Run, RunCount, Score
from keepwell.app.models.tokens import ApiToken
from keepwell.app.models.users import SignInLink, User

__all__ = [
    "Absence",
    "Account",
    "AccountTree",
    "ApiToken",
    "Attempt",
    "AuditEnd",
    "AuditEntry",
    "CurrentLines",
    "CurrentScore",
    "DataFile",
    "Declaration",
    "Delivery",
    "ExtraColumn",
    "FeedDay",
    "FeedTable",
    "Identity",
    "Intake",
    "Job",
    "Judgement",
    "Likelihood",
    "Load",
    "Manifest",
    "Override",
    "OwnerName",
    "Ownership",
    "Person",
    "PersonalValue",
    "Projection",
    "Run",
    "RunCount",
    "SavedView",
    "Score",
    "Scorecard",
    "SignInLink",
    "Team",
    "User",
]  # fmt: skip
