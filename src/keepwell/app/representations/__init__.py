"""This room holds the shapes of JSON: which keys a row has and in which order, for scripts and for the API alike."""

from typing import TYPE_CHECKING

from keepwell.app import lazy_modules

if TYPE_CHECKING:
    from keepwell.app.representations import accounts as accounts
    from keepwell.app.representations import backtests as backtests
    from keepwell.app.representations import catalogue as catalogue
    from keepwell.app.representations import changes as changes
    from keepwell.app.representations import checks as checks
    from keepwell.app.representations import errors as errors
    from keepwell.app.representations import explanations as explanations
    from keepwell.app.representations import facts_behind as facts_behind
    from keepwell.app.representations import facts_compared as facts_compared
    from keepwell.app.representations import features as features
    from keepwell.app.representations import feeds as feeds
    from keepwell.app.representations import likelihoods as likelihoods
    from keepwell.app.representations import loads as loads
    from keepwell.app.representations import orphans as orphans
    from keepwell.app.representations import overrides as overrides
    from keepwell.app.representations import previews as previews
    from keepwell.app.representations import profiles as profiles
    from keepwell.app.representations import pulses as pulses
    from keepwell.app.representations import replays as replays
    from keepwell.app.representations import scorecards as scorecards
    from keepwell.app.representations import scores as scores
    from keepwell.app.representations import table_backtests as table_backtests
    from keepwell.app.representations import today as today
    from keepwell.app.representations import touchpoints as touchpoints
    from keepwell.app.representations import usage as usage
    from keepwell.app.representations import values as values
    from keepwell.app.representations import verifications as verifications
    from keepwell.app.representations import workspaces as workspaces

__getattr__ = lazy_modules.of(__name__)
