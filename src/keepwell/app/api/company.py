"""This file answers calls about the whole company: whom to call first, and which feeds are late."""

from __future__ import annotations

from keepwell.app import queries, representations
from keepwell.app.api import accounts
from keepwell.app.api.calls import Answer, Call

CALLS = 15


def today(call: Call) -> Answer:
    """Tell whom to call first today."""
    run, said = accounts.newest(call), call.said
    found = queries.today.calls(
        call.viewer, call.here, run, on=call.today, owner=said.get("owner"), limit=max(1, said.get("limit", CALLS))
    )  # fmt: skip
    left_out = queries.population.how_many_left_out(call.viewer, run)
    _, late = queries.feeds.late(call.viewer, call.here, run)
    return Answer(
        representations.today.today(found, left_out, call.today, call.here.currency, late)
    )


def feeds(call: Call) -> Answer:
    """Tell how each feed does today."""
    found = queries.feeds.status(call.viewer, call.here, call.today)
    return Answer({"on": call.today.isoformat(), "feeds": [representations.feeds.feed(each) for each in found]})  # fmt: skip
