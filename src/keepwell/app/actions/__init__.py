"""This room holds the verbs: whatever changes a record or loads a fact, each module loaded when it is first named."""

from typing import TYPE_CHECKING

from keepwell.app import lazy_modules

if TYPE_CHECKING:
    from keepwell.app.actions import absences as absences
    from keepwell.app.actions import account_tree as account_tree
    from keepwell.app.actions import accounts as accounts
    from keepwell.app.actions import addresses as addresses
    from keepwell.app.actions import audit as audit
    from keepwell.app.actions import backtests as backtests
    from keepwell.app.actions import bulk_writes as bulk_writes
    from keepwell.app.actions import checks as checks
    from keepwell.app.actions import circumstances as circumstances
    from keepwell.app.actions import compaction as compaction
    from keepwell.app.actions import comparisons as comparisons
    from keepwell.app.actions import datafiles as datafiles
    from keepwell.app.actions import demo as demo
    from keepwell.app.actions import engines as engines
    from keepwell.app.actions import facts_behind as facts_behind
    from keepwell.app.actions import feed_tables as feed_tables
    from keepwell.app.actions import feeds as feeds
    from keepwell.app.actions import imports as imports
    from keepwell.app.actions import intake as intake
    from keepwell.app.actions import jobs as jobs
    from keepwell.app.actions import judgements as judgements
    from keepwell.app.actions import landmark_scores as landmark_scores
    from keepwell.app.actions import legacy_scores as legacy_scores
    from keepwell.app.actions import likelihoods as likelihoods
    from keepwell.app.actions import live_scores as live_scores
    from keepwell.app.actions import loads as loads
    from keepwell.app.actions import locks as locks
    from keepwell.app.actions import manifest_rebuild as manifest_rebuild
    from keepwell.app.actions import migrations as migrations
    from keepwell.app.actions import orphans as orphans
    from keepwell.app.actions import overrides as overrides
    from keepwell.app.actions import ownership as ownership
    from keepwell.app.actions import past_leavers as past_leavers
    from keepwell.app.actions import people as people
    from keepwell.app.actions import previews as previews
    from keepwell.app.actions import pulses as pulses
    from keepwell.app.actions import read_model as read_model
    from keepwell.app.actions import rejected_rows as rejected_rows
    from keepwell.app.actions import rejects as rejects
    from keepwell.app.actions import replays as replays
    from keepwell.app.actions import row_counts as row_counts
    from keepwell.app.actions import run_counts as run_counts
    from keepwell.app.actions import saved_views as saved_views
    from keepwell.app.actions import score_writer as score_writer
    from keepwell.app.actions import scorecards as scorecards
    from keepwell.app.actions import scores as scores
    from keepwell.app.actions import second_factors as second_factors
    from keepwell.app.actions import table_changes as table_changes
    from keepwell.app.actions import table_files as table_files
    from keepwell.app.actions import tokens as tokens
    from keepwell.app.actions import touchpoints as touchpoints
    from keepwell.app.actions import users as users
    from keepwell.app.actions import verification as verification
    from keepwell.app.actions import withdrawals as withdrawals

__getattr__ = lazy_modules.of(__name__)
