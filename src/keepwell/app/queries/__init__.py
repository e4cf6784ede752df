"""This room holds the nouns: reads that answer with frozen rows, each module loaded when it is first named."""

from typing import TYPE_CHECKING

from keepwell.app import lazy_modules

if TYPE_CHECKING:
    from keepwell.app.queries import absences as absences
    from keepwell.app.queries import account_facts as account_facts
    from keepwell.app.queries import accounts as accounts
    from keepwell.app.queries import audit as audit
    from keepwell.app.queries import books as books
    from keepwell.app.queries import catalogue as catalogue
    from keepwell.app.queries import changes as changes
    from keepwell.app.queries import checks as checks
    from keepwell.app.queries import contacts as contacts
    from keepwell.app.queries import contract_history as contract_history
    from keepwell.app.queries import contracts as contracts
    from keepwell.app.queries import current_lines as current_lines
    from keepwell.app.queries import differences as differences
    from keepwell.app.queries import evidence as evidence
    from keepwell.app.queries import explanations as explanations
    from keepwell.app.queries import exports as exports
    from keepwell.app.queries import facts as facts
    from keepwell.app.queries import facts_behind as facts_behind
    from keepwell.app.queries import facts_compared as facts_compared
    from keepwell.app.queries import features as features
    from keepwell.app.queries import feeds as feeds
    from keepwell.app.queries import groups as groups
    from keepwell.app.queries import happenings as happenings
    from keepwell.app.queries import intake as intake
    from keepwell.app.queries import jobs as jobs
    from keepwell.app.queries import judgements as judgements
    from keepwell.app.queries import landmark_scores as landmark_scores
    from keepwell.app.queries import likelihoods as likelihoods
    from keepwell.app.queries import listings as listings
    from keepwell.app.queries import loads as loads
    from keepwell.app.queries import orphans as orphans
    from keepwell.app.queries import outcomes as outcomes
    from keepwell.app.queries import overrides as overrides
    from keepwell.app.queries import ownership as ownership
    from keepwell.app.queries import pages as pages
    from keepwell.app.queries import people as people
    from keepwell.app.queries import population as population
    from keepwell.app.queries import portfolios as portfolios
    from keepwell.app.queries import profiles as profiles
    from keepwell.app.queries import pulses as pulses
    from keepwell.app.queries import rejects as rejects
    from keepwell.app.queries import runs as runs
    from keepwell.app.queries import saved_views as saved_views
    from keepwell.app.queries import scorecards as scorecards
    from keepwell.app.queries import scores as scores
    from keepwell.app.queries import snapshots as snapshots
    from keepwell.app.queries import spells as spells
    from keepwell.app.queries import summaries as summaries
    from keepwell.app.queries import timeline as timeline
    from keepwell.app.queries import today as today
    from keepwell.app.queries import tokens as tokens
    from keepwell.app.queries import touchpoints as touchpoints
    from keepwell.app.queries import trends as trends
    from keepwell.app.queries import turning_points as turning_points
    from keepwell.app.queries import undated_values as undated_values
    from keepwell.app.queries import usage as usage
    from keepwell.app.queries import users as users
    from keepwell.app.queries import withdrawals as withdrawals

__getattr__ = lazy_modules.of(__name__)
