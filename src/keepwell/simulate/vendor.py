"""This file holds the simulated vendor: its segments, features, countries and own events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A size class of accounts and what is usual in it.

    `seats` has the median and the spread of the logarithm, `usual_use` the usual share of seats in
    use, `churn_logit` the logit of the chance to leave within a year when every hidden state is 0.
    `..._every_days` are the days between cadence calls, executive business reviews (None: there are
    no reviews) and CSM pulses.
    """

    name: str
    share: float
    seats: tuple[float, float]
    usual_use: float
    monthly_price: float
    churn_logit: float
    notice_days: int
    call_every_days: int
    review_every_days: int | None
    pulse_every_days: int


SEGMENTS = (
    Segment("small", 0.50, (6, 0.45), 0.80, 39.0, -1.6, 30, 180, None, 90),
    Segment("mid-market", 0.36, (22, 0.45), 0.64, 34.0, -3.3, 60, 60, 365, 45),
    Segment("enterprise", 0.14, (70, 0.50), 0.52, 29.0, -4.1, 90, 30, 180, 30),
)


@dataclass(frozen=True)
class Feature:
    """A feature, each kind of user's chance to use it on a working day, and when it existed."""

    name: str
    product: str
    is_key: bool
    rhythm: str
    dispatcher: float
    technician: float
    office: float
    manager: float
    released_weeks_ago: int
    retired_weeks_ago: int | None = None


JOBS, PARTS, INSIGHT = "Fernhill Jobs", "Fernhill Parts", "Fernhill Insight"
OPTIMISER, SCHEDULER, EXPORT = "route optimiser", "legacy scheduler", "data export"

FEATURES = (
    Feature("job board", JOBS, True, "daily", 0.92, 0.30, 0.45, 0.30, 400),
    Feature("dispatch map", JOBS, True, "daily", 0.70, 0.10, 0.05, 0.12, 333),
    Feature("checklists", JOBS, True, "daily", 0.02, 0.80, 0.05, 0.03, 374),
    Feature("portal", JOBS, False, "weekly", 0.08, 0.02, 0.18, 0.05, 247),
    Feature("invoicing", JOBS, True, "monthly", 0.02, 0.01, 0.28, 0.04, 355),
    Feature("parts stock", PARTS, True, "weekly", 0.06, 0.22, 0.20, 0.02, 287),
    Feature("stocktake", PARTS, False, "quarterly", 0.00, 0.01, 0.03, 0.00, 287),
    Feature("reports", INSIGHT, True, "weekly", 0.03, 0.00, 0.12, 0.35, 265),
    Feature("forecast", INSIGHT, False, "monthly", 0.01, 0.00, 0.02, 0.07, 191),
    Feature(EXPORT, JOBS, False, "monthly", 0.01, 0.00, 0.04, 0.04, 355),
    Feature("year-end closing", JOBS, False, "yearly", 0.00, 0.00, 0.01, 0.00, 256),
    Feature(OPTIMISER, JOBS, False, "daily", 0.45, 0.00, 0.00, 0.03, 77),
    Feature(SCHEDULER, JOBS, False, "weekly", 0.22, 0.00, 0.06, 0.02, 400, 61),
)
FEATURE = {each.name: each for each in FEATURES}

# The kinds of users, in the order of Feature's columns, and their share of an account's users.
USER_ROLES = ("dispatcher", "technician", "office", "manager")
USER_ROLE_SHARES = (0.20, 0.52, 0.19, 0.09)

INDUSTRIES = (
    "heating", "elevator", "cleaning", "electrical", "fire safety", "landscaping",
    "refrigeration", "facilities",
)  # fmt: skip
# An industry's busiest month, and how much more than usual it works then; others work evenly.
SEASONS = {"heating": (1, 0.35), "landscaping": (6, 0.60), "refrigeration": (7, 0.30)}


def season(industry: str, month: int) -> str:
    """Return `peak` or `quiet` in an industry's busy or slow months, else an empty string.

    >>> season("heating", 12), season("heating", 7), season("heating", 4), season("cleaning", 1)
    ('peak', 'quiet', '', '')
    """
    if industry not in SEASONS:
        return ""
    months_from_peak = abs((month - SEASONS[industry][0] + 6) % 12 - 6)
    return "peak" if months_from_peak <= 1 else "quiet" if months_from_peak >= 5 else ""


COUNTRIES = ("GB", "DE", "US", "FR", "NL", "IE", "ES", "SE")
COUNTRY_SHARES = (0.22, 0.20, 0.18, 0.12, 0.10, 0.07, 0.06, 0.05)
CURRENCIES = {"GB": "GBP", "US": "USD", "SE": "SEK"}  # the others pay in euro
US_HOSTED = ("US",)  # countries whose workspaces are in the US data centre

MAX_ACCOUNTS_PER_CSM = 55
OPTIMISM = 1.1  # by how much the optimistic CSM overrates accounts, in standard deviations
PRICE_RISE = 0.06

# Events at the vendor, in weeks before the simulation ends.
OUTAGE_WEEKS_AGO = 34  # the European data centre was down for most of a day
HANDOVER_WEEKS_AGO = 42  # a CSM left and a colleague took over all their accounts
TELEMETRY_WEEKS_AGO = 118  # the product began to report its usage
US_FEED_DOWN_DAYS = 14  # the US data centre has not reported for this many days at the end
NEWSLETTER = "newsletter_opens"
