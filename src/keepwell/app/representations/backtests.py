"""This file gives the shape of a judgement of a scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain
from keepwell.health.judge import kinds_of_loss

if TYPE_CHECKING:
    from keepwell.app.judged import Judged
    from keepwell.health.judge.blindsided import Quarter
    from keepwell.health.judge.judgement import (
        Backtest,
        Case,
        FalseAlarm,
        Lead,
        Legacy,
        Loss,
        Money,
        RenewalLead,
        SegmentPart,
        Treated,
        WithoutHistory,
    )
    from keepwell.health.judge.kinds_of_loss import KindOfLoss
    from keepwell.health.judge.partial_losses import PartialLoss
    from keepwell.health.judge.rates import Part


def judged(found: Judged) -> Json:
    """Show a judgement; `scores` are made from what was `known` or had `happened`, or were `published`. `against` and `difference` are null unless another card was judged beside it."""
    return {
        "card": found.file,
        "version": found.version,
        "scores": found.scores,
        "months_scored_later": found.scored_later,
        "survivors_until": plain(found.survivors_until),
        **backtest(found.backtest),
        "against": found.against and {"card": found.against[0], **backtest(found.against[1])},
        "difference": found.difference and found.difference.as_data(),
    }


def backtest(found: Backtest) -> Json:
    """Show what a card said of accounts, months before they left or stayed; intervals are of 95 in 100."""
    alarms, calibration = found.alarms, found.calibration
    return {
        "outcome": found.outcome,
        "outcome_is_proxy": found.is_proxy,
        "verdict": found.verdict.as_data(),
        "warnings": [each.as_data() for each in found.warnings],
        "first_month": plain(found.first),
        "last_month": plain(found.last),
        "months": found.months,
        "known_until": plain(found.until),
        "accounts": found.accounts,
        "gone_before": found.gone,
        "leads": [_lead(each) for each in found.leads],
        "curve": [{"days": days, "auc": each.as_data()} for days, each in found.curve],
        "bands": [_part(each) for each in found.bands],
        "deciles": [_part(each) for each in found.deciles],
        "alarms": alarms
        and {
            "at_risk": alarms.at_risk.as_data(),
            "calls": alarms.calls,
            "false_calls": alarms.false_calls,
            "rescued": alarms.rescued,
            "treated_undecided": alarms.treated_undecided,
            "leavers": alarms.leavers,
            "leavers_called": alarms.leavers_called,
            "leavers_by_band": dict(alarms.leavers_by_band),
            "leavers_without_band": alarms.leavers_without_band,
        },
        "precision": found.precision and found.precision.as_data(),
        "calibration": calibration
        and {
            "slope": calibration.slope.as_data(),
            "intercept": calibration.intercept.as_data(),
            "brier": calibration.brier.as_data(),
            "brier_of_rate": calibration.brier_of_rate,
            "curve": [
                {"said": each.said, "happened": each.happened.as_data()}
                for each in calibration.curve
            ],
        },
        "likelihood": found.likelihood.as_data(),
        "measures": [
            {
                "path": each.path,
                "points": each.points.as_data(),
                "alone": each.alone.as_data(),
                "known": each.known,
            }
            for each in found.measures
        ],
        "equal_weights": found.equal_weights.as_data(),
        "against_equal_weights": found.against_equal_weights.as_data(),
        "segments": [{"segment": name, "auc": each.as_data()} for name, each in found.segments],
        "revenue": _money(found.money),
        "losses": [loss(each) for each in found.losses],
        "losses_by_kind": [_kind(each) for each in kinds_of_loss.by_kind(found)],
        "partial_losses": [partial_loss(each) for each in found.partial_losses],
        "treated": found.treated and _treated(found.treated),
        "has_risks": found.has_risks,
        "false_alarms": [false_alarm(each) for each in found.false_alarms],
        "without_history": found.without_history and _without_history(found.without_history),
        "renewals": [_renewals(each) for each in found.renewals],
        "by_segment": [_segment(each) for each in found.by_segment],
        "left_out": [
            {"why": each.why, "accounts": each.accounts, "left": each.left}
            for each in found.left_out
        ],
        "cases": [case(each) for each in found.cases],
        "ready_on": plain(found.ready_on),
        "legacy": found.legacy and _legacy(found.legacy),
        "decided": [
            {
                "account_id": each.account_id,
                "seen_on": plain(each.seen_on),
                "score": each.score,
                "band": each.band,
                "has_left": each.has_left,
            }
            for each in found.decided
        ],
    }


def loss(found: Loss) -> Json:
    """Show one account that left, as the score had it up to 90 days before."""
    return {
        "account_id": found.account_id,
        "left_on": plain(found.left_on),
        "seen_on": plain(found.seen_on),
        "score": found.score,
        "band": found.band,
        "revenue": found.revenue,
        "reason": found.reason or None,
        "is_blindsided": found.is_blindsided,
        "fewest_points": list(found.worst),
        "measures": [{"path": path, "points": points} for path, points in found.measures],
        "told": list(found.told),
        "open_risks": list(found.open_risks),
    }


def partial_loss(found: PartialLoss) -> Json:
    """Show a product or a part of the revenue that was lost while the account stayed."""
    return {
        "kind": found.kind,
        "account_id": found.account_id,
        "lost_on": plain(found.lost_on),
        "product": found.product or None,
        "before": found.before,
        "revenue": found.revenue,
        "reason": found.reason or None,
        "seen_on": plain(found.seen_on),
        "score": found.score,
        "band": found.band,
    }


def false_alarm(found: FalseAlarm) -> Json:
    """Show an account that turned at risk, on which nobody worked, and that stayed."""
    return {
        "account_id": found.account_id,
        "first_month": plain(found.first_on),
        "last_month": plain(found.last_on),
        "score": found.score,
        "band": found.band,
        "revenue": found.revenue,
        "fewest_points": list(found.worst),
    }


def case(found: Case) -> Json:
    """Show one loss with the score before it, the measures that moved most, and what was written down meanwhile."""
    return {
        "kind": found.kind,
        "account_id": found.account_id,
        "lost_on": plain(found.lost_on),
        "revenue": found.revenue,
        "reason": found.reason or None,
        "history": [
            {"on": plain(each.on), "score": each.score, "band": each.band} for each in found.history
        ],
        "moved": [
            {"path": each.path, "before": each.before, "after": each.after} for each in found.moved
        ],
        "noted": [
            {
                "on": plain(each.on),
                "known_on": plain(each.known_on),
                "what": each.what,
                "kind": each.kind or None,
            }
            for each in found.noted
        ],
    }


def quarter(
    name: str | None,
    found: Quarter | None,
    *,
    needs_rework: bool,
    false_alarms: Sequence[FalseAlarm] = (),
) -> Json:
    """Show who left in a quarter though they had been healthy, and who stayed though they had not; `losses` counts all that left."""
    return {
        "quarter": name,
        "losses": len(found.losses) if found else 0,
        "blindsided": [loss(each) for each in found.blindsided] if found else [],
        "revenue": found.revenue if found else 0.0,
        "accounts_without_amount": found.unknown if found else 0,
        "is_bad": bool(found and found.is_bad),
        "needs_rework": needs_rework,
        "false_alarms": [false_alarm(each) for each in false_alarms],
    }


def _kind(found: KindOfLoss) -> Json:
    return {
        "kind": found.kind,
        "losses": found.losses,
        "accounts": found.accounts,
        "revenue": found.revenue,
        "without_amount": found.unknown,
    }


def _treated(found: Treated) -> Json:
    return {
        "accounts_at_risk": found.accounts,
        "accounts_treated": found.treated_accounts,
        "treated": found.treated.as_data(),
        "untreated": found.untreated.as_data(),
        "difference": found.difference.as_data(),
        "treated_calls": found.treated_calls,
        "treated_left": found.treated_left,
        "rescued": found.rescued,
        "untreated_calls": found.untreated_calls,
        "untreated_left": found.untreated_left,
        "plays": [{"kind": kind or None, "calls": calls} for kind, calls in found.plays],
    }


def _legacy(found: Legacy) -> Json:
    return {
        "scores": found.name,
        "rows": found.rows,
        "rows_with_score": found.known,
        "auc": found.theirs.as_data(),
        "auc_of_card": found.ours.as_data(),
        "difference": found.difference.as_data(),
    }


def _money(found: Money) -> Json:
    return {
        "left": found.left,
        "left_at_risk": found.at_risk,
        "left_while_healthy": found.healthy,
        "accounts_without_amount": found.unknown,
    }


def _segment(found: SegmentPart) -> Json:
    return {
        "segment": found.name,
        "accounts": found.accounts,
        "rate": found.rate.as_data(),
        "rate_at_risk": found.at_risk.as_data(),
        "auc": found.auc.as_data(),
        "revenue": _money(found.money),
    }


def _renewals(found: RenewalLead) -> Json:
    return {
        "days_before_deadline": found.days,
        "renewals": found.renewals,
        "left": found.left,
        "auc": found.auc.as_data(),
        "bands": [_part(each) for each in found.bands],
        "without_score": found.unscored,
        "left_without_score": found.unscored_left,
    }


def _without_history(found: WithoutHistory) -> Json:
    reads = found.reads
    return {
        "columns": [
            {"column": each.name, "values": each.how, "accounts": each.accounts}
            for each in reads.columns
        ],
        "measures": list(reads.measures),
        "segments": list(reads.segments),
        "rules": list(reads.rules),
        "auc": found.auc and found.auc.as_data(),
        "difference": found.difference and found.difference.as_data(),
    }


def _lead(found: Lead) -> Json:
    return {
        "days": found.days,
        "auc": found.headline.as_data(),
        "everybody": found.everybody.as_data(),
        "deadline_alone": found.deadline.as_data(),
        "gain": found.gain.as_data(),
        "without_score": found.unscored,
        "left_without_score": found.unscored_left,
    }


def _part(found: Part) -> Json:
    return {
        "name": found.name,
        "rate": found.rate.as_data(),
        "lift": found.lift.as_data(),
        "left": found.left,
        "lowest": found.lowest,
        "highest": found.highest,
    }
