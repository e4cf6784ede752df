"""This file gives the shape of the profile of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.profiles import Profile


def profile(found: Profile) -> Json:
    """Show what an account pays, who owns it, what it decides next, whether it gave notice, and since when its band is so."""
    account, since = found.account, found.band_since
    return {
        "on": plain(found.on),
        "revenue": None if account.revenue is None else float(account.revenue),
        "running_lines": account.running_lines,
        "unpriced_lines": account.unpriced_lines,
        "currency": found.currency,
        "owner": account.owner or None,
        "next_renewal_on": plain(account.next_renewal_on),
        "next_notice_on": plain(account.next_notice_on),
        "notice_given_on": plain(account.notice_given_on),
        "band_since": since and {"on": plain(since.on), "before": since.before},
    }
