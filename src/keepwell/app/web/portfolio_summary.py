"""This file is the upper half of the portfolio: what all accounts pay and how much of it is at risk, by segment and over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries
from keepwell.app.formats import NONE
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.summaries import SegmentBand, Summary
from keepwell.app.queries.today import DECISION_DAYS
from keepwell.app.queries.touchpoints import USUAL_DAYS
from keepwell.app.web import cells
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band, band_of

WEEKS = 26
OVERDUE = "overdue"  # in an address: those whose touch is, by the card
WITHOUT = "-"  # in an address: those without a band, an owner or a segment


def shown(
    request: Request, run: ScoredRun, summary: Summary, bands: Sequence[Band]
) -> dict[str, object]:
    """Give what the page shows above its list; numbers lead to the accounts that they count."""
    allowed = queries.touchpoints.allowed(request.viewer, run)
    return {
        "numbers": _numbers(request, summary, bands, allowed),
        "distribution": _distribution(summary.by_segment),
        "segments_table": _by_segment(summary.by_segment),
        **_trend(request, run),
    }


def _numbers(
    request: Request, summary: Summary, bands: Sequence[Band], allowed: Mapping[str, int | None]
) -> list[cells.Number]:
    formats, currency = request.formats, request.here.currency

    def accounts(count: int) -> str:
        return f"{formats.number(count)} accounts"

    def url(**filters: str | int) -> str:
        return f"?{urlencode(filters)}"

    risk, deciding, average = summary.at_risk, summary.at_risk_and_deciding, summary.average
    share = float(risk.revenue / summary.all.revenue) if summary.all.revenue else None
    risky = next((band.name for band in bands if band.meaning == "at risk"), WITHOUT)
    band = band_of(average, bands) if average is not None and bands else None
    everyone = formats.number(summary.all.accounts)
    if summary.overdue is None:
        touch = cells.Number(
            f"No meeting in {USUAL_DAYS} days", formats.number(summary.untouched), below=f"of {everyone}",
            url=url(untouched=USUAL_DAYS, sort="-revenue"),
        )  # fmt: skip
    else:
        touch = cells.Number(
            "Touch overdue", formats.number(summary.overdue), below=f"of {everyone}; {cells.allowed_days(allowed)} allowed",
            url=url(untouched=OVERDUE, sort="-revenue"),
        )  # fmt: skip
    return [
        cells.Number("Revenue a year", formats.money(summary.all.revenue, currency), below=accounts(summary.all.accounts)),
        cells.Number(
            "At risk", formats.money(risk.revenue, currency), formats.share(share), accounts(risk.accounts), "at risk",
            url(band=risky),
        ),
        cells.Number(
            f"At risk, deciding in {DECISION_DAYS} days", formats.money(deciding.revenue, currency), "", accounts(deciding.accounts),
            "at risk", url(band=risky, decides=DECISION_DAYS),
        ),
        cells.Number(
            "Average score", NONE if average is None else cells.whole(average, bands), band.name if band else "",
            "of those with a score", band.meaning if band else "",
        ),
        touch,
    ]  # fmt: skip


def _kinds(counts: Sequence[SegmentBand]) -> dict[str, dict[str | None, list[SegmentBand]]]:
    found: dict[str, dict[str | None, list[SegmentBand]]] = defaultdict(lambda: defaultdict(list))
    for count in counts:
        found[count.segment or "no segment"][count.meaning].append(count)
    return found


def _distribution(counts: Sequence[SegmentBand]) -> SafeString:
    """Draw the share of each band, one bar a segment, the largest segment first."""
    segments = [
        charts.Segment(name, *(sum(count.accounts for count in kinds[kind]) for kind in charts.KINDS))
        for name, kinds in _kinds(counts).items()
    ]  # fmt: skip
    segments.sort(
        key=lambda segment: (
            -sum((segment.healthy, segment.watch, segment.at_risk, segment.no_score))
        )
    )
    return SafeString(charts.distribution(segments[:6]) if segments else "")


def _by_segment(counts: Sequence[SegmentBand]) -> list[tuple[str, list[int]]]:
    return [
        (name, [sum(count.accounts for count in kinds[kind]) for kind in charts.KINDS])
        for name, kinds in sorted(_kinds(counts).items())
    ]


def _trend(request: Request, run: ScoredRun) -> dict[str, object]:
    weeks = queries.summaries.at_risk_by_week(request.viewer, run, weeks=WEEKS)
    if len(weeks) < 2:
        return {}
    formats, currency = request.formats, request.here.currency
    drawn = charts.area(
        [(week.on, float(week.at_risk)) for week in weeks], lambda amount: formats.money(amount, currency),
        title=f"Revenue at risk, {WEEKS} weeks", day=formats.day, month=formats.month, short_day=formats.day,
    )  # fmt: skip
    table = [
        (formats.day(week.on), formats.whole_money(week.at_risk, currency), formats.share(_share(week.at_risk, week.all)))
        for week in reversed(weeks)
    ]  # fmt: skip
    return {"trend": SafeString(drawn), "weeks": table, "weeks_count": WEEKS}


def _share(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole else None
