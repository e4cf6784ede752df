"""This file gives the shape of the key features: how many accounts use each, and who could and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.features import AccountFlag, FeaturePortfolio, FeatureUse


def portfolio(found: FeaturePortfolio) -> Json:
    """Show all key features."""
    return {
        "newest_on": plain(found.newest_on),
        "accounts": found.accounts,
        "left_out": found.left_out,
        "features": [feature(each) for each in found.features],
    }


def feature(use: FeatureUse) -> Json:
    """Show one key feature with the accounts that could use it and do not."""
    return {
        "feature": use.feature,
        "product": use.product,
        "rhythm": use.rhythm,
        "window_days": use.window_days,
        "could": use.could,
        "using": use.using,
        "share": use.share,
        "users": use.users,
        "flags": [flag(each) for each in use.flags],
    }


def flag(row: AccountFlag) -> Json:
    """Show an account that does not use a feature, and why that may be."""
    return {
        "account_id": row.account_id,
        "account_name": row.name,
        "cause": row.cause,
        "last_on": plain(row.last_on),
        "days_used": row.days_used,
    }
