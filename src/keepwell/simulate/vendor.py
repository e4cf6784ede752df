"""This file holds the vendor of the simulated world: what it sells, to whom, at which price, and what becomes normal where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A kind of account, with the normals of its own.

    `seats` are the typical number and its spread (of the logarithm); `use` the share of seats that is usually in use;
    `leaving` the logit of the chance to leave within a year where nothing is special; `calls` and `reviews` are days
    between cadence calls and executive business reviews (none where there are none).
    """

    name: str
    share: float
    seats: tuple[float, float]
    use: float
    monthly_price: float
    leaving: float
    notice_days: int
    calls: int
    reviews: int | None
    pulse_days: int


SEGMENTS = (
    Segment("small", 0.50, (6, 0.45), 0.80, 39.0, -1.6, 30, 180, None, 90),
    Segment("mid-market", 0.36, (22, 0.45), 0.64, 34.0, -3.3, 60, 60, 365, 45),
    Segment("enterprise", 0.14, (70, 0.50), 0.52, 29.0, -4.1, 90, 30, 180, 30),
)


@dataclass(frozen=True)
class Feature:
    """A feature: who uses it how often (chance on a day on which they work), and for which weeks before the end it was there."""

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

# The share of an account's users who do each work, in the order of Feature's columns.
WORKS = ("dispatcher", "technician", "office", "manager")
WORK_SHARES = (0.20, 0.52, 0.19, 0.09)

INDUSTRIES = (
    "heating", "elevator", "cleaning", "electrical", "fire safety", "landscaping", "refrigeration", "facilities",
)  # fmt: skip
# The month in which an industry works most, and how much more than usual; none where months are alike.
SEASONS = {"heating": (1, 0.35), "landscaping": (6, 0.60), "refrigeration": (7, 0.30)}


def season(industry: str, month: int) -> str:
    """Whether a month is the industry's `peak` or its `quiet` time, or neither.

    >>> season("heating", 12), season("heating", 7), season("heating", 4), season("cleaning", 1)
    ('peak', 'quiet', '', '')
    """
    if industry not in SEASONS:
        return ""
    away = abs((month - SEASONS[industry][0] + 6) % 12 - 6)
    return "peak" if away <= 1 else "quiet" if away >= 5 else ""


COUNTRIES = ("GB", "DE", "US", "FR", "NL", "IE", "ES", "SE")
COUNTRY_SHARES = (0.22, 0.20, 0.18, 0.12, 0.10, 0.07, 0.06, 0.05)
CURRENCIES = {"GB": "GBP", "US": "USD", "SE": "SEK"}  # others pay in euro
AMERICAN = ("US",)  # whose workspaces lie in the American data centre

MOST_ACCOUNTS_OF_A_CSM = 55
OPTIMISM = 1.1  # by how much the optimistic CSM sees accounts better than they are, in spreads of what CSMs see
PRICE_RISE = 0.06

# What happened at the vendor, in weeks before the end of the world.
OUTAGE_WEEKS_AGO = 34  # the European data centre was down for most of a day
HANDOVER_WEEKS_AGO = 42  # a CSM left, and another took over the whole book
TELEMETRY_WEEKS_AGO = 118  # the product began to tell who uses what
BROKEN_DAYS = 14  # for so long the American data centre's reports have been missing at the end
NEWSLETTER = "newsletter_opens"
