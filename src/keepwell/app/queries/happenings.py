"""This file says what one fact of an account tells: its kind, one sentence, and whether it is good or bad news."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from keepwell.app.score_row import ScoreRow

Kind = Literal[
    "meeting", "call", "email", "note", "ticket", "survey", "pulse", "renewal", "override", "band", "card", "outcome",
    "milestone", "person", "advocacy", "signal", "outage",
]  # fmt: skip
Tone = Literal["good", "bad", ""]
NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES", "other": "Survey"}
ENDS = {"nps": (0, 10)}  # of the scale, where a survey does not say
TELLING = {"churn": "Leaves", "downsell": "Buys less", "upsell": "Buys more", "cross-sell": "Buys another product",
           "price": "New price", "renewed": "Renewed"}  # fmt: skip
WORSE = {"healthy": 2, "watch": 1, "at risk": 0}


@dataclass(frozen=True)
class Event:
    """One thing that happened. Its sentence is `title`, `rest`, and `words` that somebody wrote.

    `who` is whose it was, `by` who wrote it down in the app, `until` the day to which it holds, `amount` a yearly amount that it is about. `waits` says that no
    load has moved it yet. `weight` is how much it tells of a score, 0 where it tells nothing.
    """

    on: date
    kind: Kind
    title: str
    rest: str = ""
    words: str = ""
    next_step: str = ""
    who: str = ""
    by: str = ""
    tone: Tone = ""
    until: date | None = None
    amount: Decimal | None = None
    waits: bool = False
    weight: int = 0
    id: str = ""
    table: str = ""
    person: str = ""
    order: str = ""  # within a day
    own: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def sentence(self) -> str:
        said = f"{self.title}{self.rest}"
        return f"{said}: “{self.words}”" if self.words else said


Row = Mapping[str, Any]


def of_row(table: str, row: Row, on: date) -> Iterable[Event]:
    """What a row of a table tells on a day: nothing, one thing, or several, as a renewal has a notice and a decision."""
    common = {
        "id": row["id"], "table": table, "waits": bool(row.get("waits")), "order": str(row.get("at") or ""),
        "own": {name: str(value) for name, value in row.items() if value is not None} if row.get("waits") else {},
    }  # fmt: skip
    for event in _OF[table](row, on):
        yield replace(event, **common)


def said(event: Event, words: Mapping[str, str], labels: Mapping[str, str]) -> Event:
    """The same event with what was written about it; `labels` says what people and contacts are called."""
    if not event.table:
        return event
    written = {**event.own, **words}
    note = next((written[name] for name in ("note", "subject", "comment", "words") if written.get(name)), "")  # fmt: skip
    came = [each.strip() for each in written.get("attended_by", "").split(",") if each.strip()]
    who = ", ".join(labels.get(each, each) for each in came) or labels.get(event.person, "")
    return replace(
        event,
        words=event.words or note,
        next_step=written.get("next_step", ""),
        who=event.who or who,
    )


def of_band(before: ScoreRow, after: ScoreRow) -> Event:
    """What a change of band tells."""
    then, now = before.band or "No score", after.band or "No score"
    better = 0
    if before.meaning and after.meaning:
        better = WORSE[after.meaning] - WORSE[before.meaning]
    tone: Tone = "good" if better > 0 else "bad" if better < 0 else ""
    rest = "" if after.score is None else f", {after.score:.0f} points"
    return Event(after.as_of, "band", f"{then} → {now}", rest, tone=tone, id=f"band {after.as_of}")


def _meeting(row: Row, on: date) -> Iterable[Event]:
    named, status = (row["kind"] or "meeting").strip(), row["status"]
    folded = named.casefold()
    if folded == "note":
        yield Event(row["on"], "note", "Note")
        return
    kind: Kind = "email" if "email" in folded or "mail" in folded.split() else "call" if "call" in folded else "meeting"  # fmt: skip
    title = f"{named[:1].upper()}{named[1:]}"
    parts = []
    if status == "held":
        if attended := int(row.get("attendees") or 0):
            parts.append(_count(attended, "person", "people"))
        if row.get("executive_present") in (True, "yes"):
            parts.append("an executive")
        if due := int(row.get("actions_due") or 0):
            parts.append(f"{int(row.get('actions_done') or 0)} of {_count(due, 'action')} done")
    said = {"held": "" if kind == "email" else " held", "planned": " planned, and nobody said whether it was held"}.get(
        status, f" {status.replace('no-show', 'missed: they did not come')}"
    )  # fmt: skip
    tone: Tone = "bad" if status == "no-show" else ""
    weight = {"no-show": 2, "cancelled": 1}.get(status, 0)
    if status == "planned" and row["on"] >= on:
        said = " planned"
    rest = said + (f", {', '.join(parts)}" if parts else "")
    yield Event(row["on"], kind, title, rest, tone=tone, weight=weight)


def _ticket(row: Row, on: date) -> Iterable[Event]:
    is_urgent, is_escalated = row["priority"] == "urgent", bool(row["is_escalated"])
    title = "Escalated ticket" if is_escalated else "Urgent ticket" if is_urgent else "Ticket"
    solved = row["resolved_at"]
    if solved is not None and solved.date() <= on + timedelta(days=1):
        rest = f", solved in {_took(solved - row['at'])}"
    else:
        rest = f", open for {_count((on - row['on']).days, 'day')}"
    weight = 2 if is_escalated else 1 if is_urgent else 0
    yield Event(
        row["on"], "ticket", title, rest, tone="bad" if weight else "", weight=weight, person=row["requester"] or ""
    )  # fmt: skip


def _survey(row: Row, on: date) -> Iterable[Event]:
    name, score = NAMES[row["kind"]], row["score"]
    if score is None:
        yield Event(row["on"], "survey", name, " asked, no answer", person=row["respondent"] or "")
        return
    usual = ENDS.get(row["kind"], (None, None))
    worst = usual[0] if row["worst"] is None else row["worst"]
    best = usual[1] if row["best"] is None else row["best"]
    tone: Tone = ""
    if worst is not None and best is not None and worst != best:
        share = float((score - worst) / (best - worst))
        tone = "good" if share >= 0.85 else "bad" if share <= 0.6 else ""
    of = f" of {_number(best)}" if best is not None else ""
    yield Event(
        row["on"], "survey", f"{name} {_number(score)}{of}", tone=tone, person=row["respondent"] or "",
        weight=1 if tone == "bad" else 0,
    )  # fmt: skip


def _pulse(row: Row, on: date) -> Iterable[Event]:
    tone: Tone = "good" if row["pulse"] == "green" else "bad" if row["pulse"] == "red" else ""
    rest = f", {row['reason']}" if row.get("reason") else ""
    # Of one that waits `given_by` is the name that was signed in; a load makes a number of it.
    person = "" if row.get("waits") else row["given_by"] or ""
    yield Event(
        row["on"], "pulse", f"Pulse {row['pulse']}", rest, tone=tone, weight=3 if tone == "bad" else 0, person=person,
    )  # fmt: skip


def _renewal(row: Row, on: date) -> Iterable[Event]:
    is_bad = row["movement"] in ("churn", "downsell")
    why = ", ".join(filter(None, (row["reason"], row["competitor"] and f"to {row['competitor']}")))
    rest = f", {why}" if why else ""
    if row["noticed_on"]:
        yield Event(
            row["noticed_on"], "renewal", "Gave notice", rest, tone="bad", until=row["effective_on"] or row["due_on"],
            amount=row["amount_due"], weight=4,
        )  # fmt: skip
    decided = row["decided_on"] or (None if row["noticed_on"] else row["effective_on"] or row["due_on"])  # fmt: skip
    if decided and decided != row["noticed_on"]:
        tone: Tone = "bad" if is_bad else "" if row["movement"] == "price" else "good"
        amount = row["amount_due"] if row["movement"] == "churn" else row["amount_renewed"]
        yield Event(
            decided, "renewal", TELLING[row["movement"]], rest, tone=tone, amount=amount, weight=3 if is_bad else 0
        )  # fmt: skip


def _outcome(row: Row, on: date) -> Iterable[Event]:
    value, baseline, target = row["value"], row["baseline"], row["target"]
    reached = row["progress"] is not None and row["progress"] >= 100
    if None not in (value, target):
        up = target >= (baseline if baseline is not None else value)
        reached = reached or (value >= target if up else value <= target)
    figures = [
        f"{word}{_number(number)}"
        for word, number in (("", value), ("start ", baseline), ("target ", target))
        if number is not None
    ]
    if value is None and row["progress"] is not None:
        figures = [f"{_number(row['progress'])} % of the way"]
    rest = f": {row['outcome']}" + (f", {', '.join(figures)}" if figures else "")
    title = "Outcome reached" if reached else "Outcome read"
    yield Event(row["on"], "outcome", title, rest + (", confirmed" if row["is_confirmed"] else ""), tone="good" if reached else "")  # fmt: skip


def _milestone(row: Row, on: date) -> Iterable[Event]:
    reached, due = row["reached_on"], row["due_on"]
    if reached:
        late = f", {_count((reached - due).days, 'day')} late" if due and reached > due else ""
        yield Event(reached, "milestone", "Milestone reached", f": {row['milestone']}{late}", tone="" if late else "good")  # fmt: skip
    elif due and due < on:
        yield Event(due, "milestone", "Milestone missed", f": {row['milestone']}", tone="bad", weight=1)  # fmt: skip


def _advocacy(row: Row, on: date) -> Iterable[Event]:
    kind = row["kind"]
    yield Event(row["on"], "advocacy", f"{kind[:1].upper()}{kind[1:]}", " for us", tone="good", person=row["person"] or "")  # fmt: skip


def _signal(row: Row, on: date) -> Iterable[Event]:
    tone: Tone = {"good": "good", "bad": "bad"}.get(row["direction"], "")  # type: ignore[assignment]
    source = f", {row['source']}" if row["source"] else ""
    yield Event(row["on"], "signal", "News", f": {row['kind']}{source}", tone=tone, weight=1 if tone == "bad" else 0)  # fmt: skip


_OF: Mapping[str, Callable[[Row, date], Iterable[Event]]] = {
    "meetings": _meeting, "tickets": _ticket, "surveys": _survey, "pulses": _pulse, "renewals": _renewal,
    "outcomes": _outcome, "milestones": _milestone, "advocacy": _advocacy, "signals": _signal,
}  # fmt: skip


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _number(number: Decimal | float) -> str:
    return f"{float(number):g}"


def _took(time: timedelta) -> str:
    """Say how long something took, in hours below two days.

    >>> _took(timedelta(minutes=20)), _took(timedelta(hours=30)), _took(timedelta(days=4))
    ('1 h', '30 h', '4 d')
    """
    hours = max(1, round(time.total_seconds() / 3600))
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} d"
