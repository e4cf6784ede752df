"""This file answers calls about accounts: which there are, why one has its score, and what moved it."""

from __future__ import annotations

from datetime import date

from keepwell.app import queries, representations
from keepwell.app.api.calls import Answer, Call
from keepwell.app.api.failures import MissingScope
from keepwell.app.api.said import NotAccepted
from keepwell.app.queries.listings import SIZE, Filters
from keepwell.app.queries.runs import ScoredRun
from keepwell.errors import NotReady

WITHOUT = "-"  # those without a band, an owner or a segment
TELL_SCORES = ("score", "move")  # orders that tell who has the lower score


def listed(call: Call) -> Answer:
    """List a page of the accounts of the newest scores; scores themselves are for tokens that read them."""
    said, run = call.said, newest(call)
    sees_scores = call.has("read scores")
    order = said.get("sort", "score" if sees_scores else "name")
    if not sees_scores and (order in TELL_SCORES or "band" in said):
        raise MissingScope(
            "This token has no scope to read scores, by which `band`, `score` and `move` choose or sort.",
            way_out="Make a token with that scope, or sort by name.",
        )
    filters = Filters(
        words=said.get("q", "").strip(), band=_named(call, "band"), owner=_named(call, "owner"), segment=_named(call, "segment"),
        decides_within=said.get("decides"), untouched_for=said.get("untouched"), least_revenue=said.get("revenue"),
    )  # fmt: skip
    found = queries.listings.listing(
        call.viewer, run, filters, on=call.today, order=order, descending=said.get("direction") == "down",
        page=max(1, said.get("page", 1)), size=max(1, said.get("size", SIZE)),
    )  # fmt: skip
    return Answer(
        representations.accounts.listing(found, run, call.here.currency, with_scores=sees_scores)
    )


def one(call: Call, account_id: str) -> Answer:
    """Tell of one account, with its newest score for tokens that read scores."""
    row = queries.accounts.account(call.viewer, account_id)
    run = queries.runs.newest(call.viewer)
    score = None
    if run is not None and call.has("read scores"):
        score = queries.scores.if_scored(call.viewer, run, account_id, on=call.today)
    return Answer(representations.accounts.account(row, score))


def score(call: Call, account_id: str) -> Answer:
    """Tell why an account has its newest score."""
    viewer, here = call.viewer, call.here
    queries.accounts.account(viewer, account_id)
    run = newest(call)
    found = queries.explanations.explanation(viewer, here, run, account_id, on=call.today)
    moves = queries.trends.moves_of(viewer, here, run, account_id, on=call.today)
    profile = queries.profiles.profile(viewer, here, found.row)
    return Answer(representations.explanations.explanation(found, moves, profile))


def changed(call: Call, account_id: str) -> Answer:
    """Tell what moved an account's score between two dates: by default from the scores before the newest to these."""
    viewer = call.viewer
    queries.accounts.account(viewer, account_id)
    first, latest = call.said.get("from"), call.said.get("to")
    if first and latest and first >= latest:
        raise NotAccepted("`from` must be earlier than `to`.")
    after = newest(call) if latest is None else _until(call, latest)
    before = queries.runs.before(viewer, after) if first is None else _until(call, first)
    if before is None:
        raise NotReady(f"{after.as_of} is the first date with scores.")
    if before.as_of >= after.as_of:
        raise NotAccepted(f"`from` leads to the scores of {before.as_of}, which are not earlier than those of {after.as_of}.")  # fmt: skip
    on = call.today if after.run_id == newest(call).run_id else None
    found = queries.changes.changed(viewer, call.here, before, after, account_id, on=on)
    return Answer(representations.changes.change(found))


def newest(call: Call) -> ScoredRun:
    """The newest scores; raises `NotReady`."""
    run = queries.runs.newest(call.viewer)
    if run is None:
        raise NotReady(
            "Nothing has been scored yet.", way_out="Import, publish a card, then score."
        )
    return run


def _until(call: Call, day: date) -> ScoredRun:
    """The scores of a day, or the latest before it."""
    found = queries.runs.latest_until(call.viewer, day)
    if found is None:
        raise NotReady(f"There are no scores of {day} or before.")
    return found


def _named(call: Call, name: str) -> str | None:
    value: str | None = call.said.get(name)
    return "" if value == WITHOUT else value
