"""This file holds what a logged touch promises: kept once, counted at once as a meeting with the account, and nothing said of it elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.actions.touchpoints import NotAccepted
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.intake import Intake
from keepwell.app.models.people import PersonalValue
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.listings import Filters
from keepwell.app.queries.touchpoints import TouchRow
from keepwell.errors import NotAllowed
from tests.app.people import acting, add
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line
from tests.filled import filled_once

DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts, one of Cleo's with three contacts and an old meeting."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts",
        account("A-1", owner="Cleo Park", started_on=date(2025, 1, 1)),
        account("A-2", started_on=TODAY - 10 * DAY),
    )
    brought.rows("contracts", line("L-1"), line("L-2", "A-2"))
    brought.rows(
        "contacts",
        {"id": "C-1", "account_id": "A-1", "name": "Mia Holt", "valid_from": date(2026, 1, 1)},
        {"id": "C-2", "account_id": "A-1", "name": "Jo Dale", "valid_from": date(2026, 1, 1)},
        {"id": "C-9", "account_id": "A-2", "name": "Eve", "valid_from": date(2026, 1, 1)},
    )
    brought.rows("meetings", {"id": "M-1", "account_id": "A-1", "at": datetime(2026, 1, 5, 9), "status": "held"})  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    return installation


def log(installation: Installation, id: str = "m1", **more: Any) -> TouchRow:
    wanted = {"account_id": "A-1", "kind": "call", "note": "They want the report first.", "by": ANA, "at": NOON}  # fmt: skip
    return actions.touchpoints.log(installation=installation, id=id, **(wanted | more))


def move(installation: Installation) -> int | None:
    return actions.intake.move(installation=installation, by=ANA, at=NOON)


def now(account_id: str = "A-1") -> AccountRow:
    return queries.accounts.account(VIEWER, account_id)


@pytest.mark.both_databases
def test_a_touch_counts_as_the_last_one_once_it_is_moved(existing: Installation) -> None:
    assert now().last_touch_on == date(2026, 1, 5)
    kept = log(existing, people=["C-1", "C-2"], next_step="Send it by Friday.", is_executive_present=True)  # fmt: skip
    assert (kept.people, kept.note, kept.load) == (("C-2", "C-1"), "They want the report first.", None)  # fmt: skip
    waits = queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY).events[0]
    assert (waits.waits, waits.who, waits.words) == (True, "Jo Dale, Mia Holt", "They want the report first.")  # fmt: skip
    assert now().last_touch_on == date(2026, 1, 5)
    assert move(existing) == 2
    assert now().last_touch_on == TODAY
    event = queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY).events[0]
    assert (event.waits, event.kind, event.next_step) == (False, "call", "Send it by Friday.")
    assert event.sentence == "Call held, 2 people, an executive: “They want the report first.”"
    assert event.who == "Jo Dale, Mia Holt"
    assert queries.touchpoints.by_id(VIEWER, "m1") == queries.touchpoints.logged(VIEWER, "A-1")[0]
    assert queries.touchpoints.logged(VIEWER, "A-1")[0].load == 2


@pytest.mark.both_databases
def test_a_double_click_is_one_touch(existing: Installation) -> None:
    first = log(existing)
    assert log(existing, at=NOON + timedelta(seconds=2)) == first
    move(existing)
    assert log(existing, at=NOON + timedelta(minutes=9)).load == 2
    assert move(existing) is None
    assert Intake.objects.count() == AuditEntry.objects.filter(verb="log").count() == 1
    with pytest.raises(actions.intake.OtherContent):
        log(existing, note="Something else.")


def test_what_was_said_stays_out_of_the_audit_and_of_data_files(existing: Installation) -> None:
    log(existing, people=["C-1"], next_step="Send it.")
    move(existing)
    entry = AuditEntry.objects.get(verb="log")
    assert entry.object == "account A-1"
    written = str({field.name: getattr(entry, field.name) for field in entry._meta.fields})
    assert "call" in written
    assert not {"report", "Send", "C-1"} & set(re.findall(r"[\w-]+", written))
    kept = dict(PersonalValue.objects.filter(table="meetings", fact="m1").values_list("column", "value"))  # fmt: skip
    assert kept == {"note": "They want the report first.", "next_step": "Send it.", "attended_by": "C-1"}  # fmt: skip
    for path in existing.data.rglob("meetings/**/*.parquet"):
        assert b"report" not in path.read_bytes()


def test_who_did_not_come_and_a_note_are_no_touch(existing: Installation) -> None:
    log(existing, "m1", status="no-show", people=["C-1"])
    log(existing, "m2", kind="note", note="Heard from their partner.", status="no-show")
    move(existing)
    assert now().last_touch_on == date(2026, 1, 5)
    said = {each.kind: each for each in queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY).events}  # fmt: skip
    assert said["call"].title + said["call"].rest == "Call missed: they did not come"
    assert (said["call"].tone, said["call"].by) == ("bad", ANA.name)
    assert said["note"].sentence == "Note: “Heard from their partner.”"
    log(existing, "m3", kind="email reply", status="no-show", note="")
    move(existing)
    assert now().last_touch_on == TODAY, "nobody misses a mail"


def test_a_touch_of_an_earlier_day_counts_for_that_day(existing: Installation) -> None:
    log(existing, happened_at=NOON - 3 * DAY)
    move(existing)
    assert now().last_touch_on == TODAY - 3 * DAY


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "lunch"}, "not a kind of a touch"),
        ({"status": "planned"}, "not a status of a touch"),
        ({"people": ["C-9"]}, "not a contact of this account"),
        ({"people": ["C-1"] * 51}, "At most 50 people"),
        ({"kind": "note", "note": "  "}, "needs words"),
        ({"note": "a\0b"}, "cannot be stored"),
        ({"note": "a" * 100_001}, "the limit is 100,000"),
        ({"next_step": "a\0b"}, "next step has a character"),
        ({"happened_at": NOON + DAY}, "lies in the past"),
        ({"happened_at": datetime(1, 1, 1, tzinfo=UTC)}, "too long ago"),
        ({"id": ""}, "id of its own"),
        ({"id": "a" * 201}, "id of its own"),
    ],
)
def test_what_is_no_touch_is_not_kept(existing: Installation, wrong: dict[str, Any], said: str) -> None:  # fmt: skip
    with pytest.raises(NotAccepted, match=said):
        log(existing, **wrong)
    assert not Intake.objects.exists()
    assert not AuditEntry.objects.filter(verb="log").exists()


@pytest.mark.both_databases
def test_only_whoever_may_change_an_account_logs_a_touch(existing: Installation) -> None:
    cleo = acting(add("Cleo Park", "csm", owner="Cleo Park"))
    assert log(existing, by=cleo).by == "Cleo Park"
    with pytest.raises(queries.accounts.NoSuchAccount):
        log(existing, "m2", account_id="A-2", by=cleo)
    reader = acting(add("Rae", "viewer"))
    with pytest.raises((queries.accounts.NoSuchAccount, NotAllowed, queries.accounts.NotYours)):
        log(existing, "m3", by=reader)
    assert Intake.objects.count() == 1


TOUCH_CARD = CARD.replace(
    "health:\n",
    """touch_within: 45 days
segments:
  - segment: close
    when: account_id = A-2
    touch_within: 7 days
health:
""",
)


@pytest.mark.both_databases
def test_a_card_says_within_which_days_a_touch_is_due(existing: Installation) -> None:
    scored = queries.runs.newest(VIEWER)
    assert queries.touchpoints.allowed(VIEWER, scored) == {}
    text = TOUCH_CARD.replace("account_id = A-2", "started_on > 2026-01-01")
    actions.scorecards.publish(text=text, note="first", by=ANA, at=NOON, parent=None)
    actions.scores.run(installation=existing, as_of=TODAY + DAY, by=ANA, at=NOON)
    run = queries.runs.newest(VIEWER)
    days = queries.touchpoints.allowed(VIEWER, run)
    assert days == {"everyone": 45, "close": 7}
    late = queries.touchpoints.last_touch(now(), 45, TODAY)
    assert (late.days, late.allowed, late.is_overdue) == (56, 45, True)
    new = queries.touchpoints.last_touch(now("A-2"), 7, TODAY)
    assert (new.days, new.is_overdue) == (None, True), "ten days a customer, and nobody has called"
    rows = [(now("A-1"), "everyone"), (now("A-2"), "close")]
    assert queries.touchpoints.overdue(VIEWER, run, rows, TODAY) == {"A-1", "A-2"}
    log(existing)
    move(existing)
    rows = [(now("A-1"), "everyone"), (now("A-2"), "everyone")]
    assert queries.touchpoints.overdue(VIEWER, run, rows, TODAY) == frozenset()


def test_the_last_day_that_is_allowed_is_not_overdue(existing: Installation) -> None:
    row = now()
    assert row.last_touch_on is not None
    at_45 = row.last_touch_on + 45 * DAY
    assert not queries.touchpoints.last_touch(row, 45, at_45).is_overdue
    assert queries.touchpoints.last_touch(row, 45, at_45 + DAY).is_overdue
    assert not queries.touchpoints.last_touch(row, None, at_45 + 999 * DAY).is_overdue


@pytest.mark.both_databases
def test_the_database_finds_whose_touch_is_overdue_as_a_plain_look_does(existing: Installation) -> None:  # fmt: skip
    """Around every limit of the card: whole lists, filters and sums say the same of each account."""
    text = TOUCH_CARD.replace("account_id = A-2", "started_on > 2026-01-01")
    latest = queries.scorecards.latest(VIEWER)
    cards = ((CARD, None), (text, 2), (text.replace("7 days", "none"), 1))
    for nth, (card, expected) in enumerate(cards):
        parent = latest.number if latest else None
        actions.scorecards.publish(text=card, note="next", by=ANA, at=NOON, parent=parent)
        latest = queries.scorecards.latest(VIEWER)
        actions.scores.run(installation=existing, as_of=TODAY + nth * DAY, by=ANA, at=NOON)
        run = queries.runs.newest(VIEWER)
        assert run is not None
        found = set()
        for days in (-60, -12, -11, -4, -3, -2, 0, 9):
            on = TODAY + days * DAY
            everyone = tuple(queries.portfolios.portfolio(VIEWER, run, on=on))
            rows = [(row.account, row.score.segment) for row in everyone]
            plain = queries.touchpoints.overdue(VIEWER, run, rows, on)
            listed = queries.listings.ids(VIEWER, run, Filters(is_overdue=True), on=on)
            summed = queries.summaries.summary(VIEWER, run, on=on)
            assert listed == sorted(plain), days
            assert summed.overdue == (None if expected is None else len(plain)), days
            found |= plain
        assert len(found) == (expected or 0)


def test_nobody_is_told_whose_touch_is_overdue_that_they_do_not_see(existing: Installation) -> None:
    actions.scorecards.publish(text=TOUCH_CARD.replace("account_id = A-2", "started_on > 2026-01-01"), note="first", by=ANA, at=NOON, parent=None)  # fmt: skip
    actions.scores.run(installation=existing, as_of=TODAY + DAY, by=ANA, at=NOON)
    run = queries.runs.newest(VIEWER)
    assert run is not None
    cleo = acting(add("Cleo Park", "csm", owner="Cleo Park")).viewer
    rows = [(now("A-1"), "everyone"), (now("A-2"), "close")]
    assert queries.touchpoints.overdue(cleo, run, rows, TODAY) == {"A-1"}
    assert queries.summaries.summary(cleo, run, on=TODAY).overdue == 1


def rows_by_table() -> dict[str, int]:
    return {each.table: each.rows for each in queries.loads.tables(VIEWER)}


def undo(installation: Installation, id: str = "m1", **more: Any) -> TouchRow:
    wanted = {"account_id": "A-1", "by": ANA, "at": NOON + timedelta(minutes=5)}
    return actions.touchpoints.undo(installation=installation, id=id, **(wanted | more))


@pytest.mark.both_databases
@pytest.mark.parametrize("is_moved", [True, False])
def test_what_is_undone_counts_no_more(existing: Installation, is_moved: bool) -> None:
    before = rows_by_table()
    log(existing, people=["C-1"])
    if is_moved:
        assert move(existing) == 2
        assert now().last_touch_on == TODAY
    undo(existing)
    assert move(existing) == (3 if is_moved else None)
    assert now().last_touch_on == date(2026, 1, 5)
    assert rows_by_table() == before
    assert queries.touchpoints.logged(VIEWER, "A-1") == ()
    events = queries.timeline.of_account(VIEWER, existing, "A-1", on=TODAY).events
    assert [event.kind for event in events] == ["meeting"]
    assert not PersonalValue.objects.filter(table="meetings", fact="m1").exists()
    assert undo(existing).is_undone, "undoing twice is undoing once"
    assert move(existing) is None
    assert AuditEntry.objects.filter(verb="undo", object="account A-1").count() == 1
    assert actions.verification.run(installation=existing, by=ANA, at=NOON).problems == ()
    with pytest.raises(NotAccepted, match="was undone"):
        log(existing, people=["C-1"])
    log(existing, "m2")
    move(existing)
    assert now().last_touch_on == TODAY


@pytest.mark.both_databases
def test_what_was_published_with_a_touch_stays_and_the_next_score_is_without(existing: Installation) -> None:  # fmt: skip
    text = CARD.replace("table: usage", "table: meetings")
    actions.scorecards.publish(text=text, note="first", by=ANA, at=NOON, parent=None)
    log(existing)
    run = actions.scores.run(installation=existing, as_of=TODAY + DAY, by=ANA, at=NOON)
    undo(existing)
    move(existing)

    def value(run_id: str) -> float | None:
        scored = queries.runs.by_id(VIEWER, run_id)
        found = queries.explanations.explanation(VIEWER, existing, scored, "A-1")
        reading = next(iter(found.root.leaves())).reading
        return reading.number if reading else None

    assert value(run.run_id) == 1.0
    live = actions.live_scores.explained(installation=existing, account_id="A-1", as_of=TODAY + DAY, by=ANA)  # fmt: skip
    reading = next(iter(live.explanation.root.leaves())).reading
    assert reading is not None
    assert reading.number != 1.0
    replayed = actions.replays.replay(installation=existing, run_id=run.run_id, by=ANA)
    assert replayed.different == 0


def test_what_is_undone_while_it_is_moved_goes_with_the_next_move(existing: Installation, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    log(existing)
    load = actions.loads.load

    def meanwhile(*given: Any, **more: Any) -> Any:
        undo(existing)
        monkeypatch.setattr(actions.loads, "load", load)
        return load(*given, **more)

    monkeypatch.setattr(actions.loads, "load", meanwhile)
    assert move(existing) == 2
    assert move(existing) == 3
    assert now().last_touch_on == date(2026, 1, 5)


@pytest.mark.both_databases
def test_what_another_feed_says_under_the_same_id_stays(existing: Installation) -> None:
    """A calendar may export what was logged here: the app takes back what the app said."""
    log(existing)
    move(existing)
    undo(existing)
    move(existing)
    brought = Import(file="calendar.csv", feed="calendar")
    brought.rows("meetings", {"id": "m1", "account_id": "A-1", "at": datetime(2026, 3, 1, 9), "status": "held"})  # fmt: skip
    actions.loads.load(brought.stage, con=brought.con, installation=existing, by=ANA, at=NOON)
    assert now().last_touch_on == date(2026, 3, 1)
    log(existing, "m2")
    move(existing)
    again = Import(file="calendar.csv", feed="calendar")
    again.rows("meetings", {"id": "m2", "account_id": "A-1", "at": datetime(2026, 2, 27, 9), "status": "held"})  # fmt: skip
    actions.loads.load(again.stage, con=again.con, installation=existing, by=ANA, at=NOON)
    undo(existing, "m2")
    move(existing)
    assert now().last_touch_on == date(2026, 3, 1)
    assert rows_by_table()["meetings"] == 3


def test_an_undone_touch_is_still_gone_after_the_manifest_was_lost(existing: Installation) -> None:
    log(existing)
    move(existing)
    undo(existing)
    move(existing)
    before = rows_by_table()
    rebuilt = actions.manifest_rebuild.run(installation=existing, by=ANA, at=NOON)
    assert rebuilt.losses == ()
    assert rows_by_table() == before
    assert now().last_touch_on == date(2026, 1, 5)


@pytest.mark.both_databases
def test_only_who_logged_it_or_whoever_leads_undoes_a_touch(existing: Installation) -> None:
    cleo = acting(add("Cleo Park", "csm", owner="Cleo Park"))
    ben = acting(add("Ben Ode", "csm"))
    actions.ownership.assign(installation=existing, account_ids=["A-1"], user_id=ben.viewer.user_id or 0, kind="backup", from_on=TODAY, until_on=None, by=ANA, at=NOON)  # fmt: skip
    log(existing, by=cleo)
    log(existing, "m2", by=cleo)
    with pytest.raises(NotAllowed, match="Cleo Park logged this call"):
        undo(existing, by=acting(ben.viewer.user_id or 0))
    reader = acting(add("Rae", "viewer"))
    with pytest.raises(NotAllowed):
        undo(existing, by=reader)
    with pytest.raises(actions.touchpoints.NoSuchTouch):
        undo(existing, account_id="A-2")
    with pytest.raises(queries.accounts.NoSuchAccount):
        undo(existing, account_id="A-2", by=cleo)
    assert len(queries.touchpoints.logged(VIEWER, "A-1")) == 2
    assert undo(existing, by=cleo).is_undone
    assert undo(existing, "m2", by=acting(add("Lea", "leader"))).is_undone
    assert [entry.by for entry in AuditEntry.objects.filter(verb="undo").order_by("id")] == ["Cleo Park", "Lea"]  # fmt: skip


def test_a_day_later_it_is_too_late(existing: Installation) -> None:
    log(existing)
    assert len(queries.touchpoints.undoable(VIEWER, "A-1", NOON + DAY)) == 1
    late = NOON + DAY + timedelta(seconds=1)
    assert queries.touchpoints.undoable(VIEWER, "A-1", late) == ()
    with pytest.raises(actions.withdrawals.TooLate, match="can be undone for a day"):
        undo(existing, at=late)
    assert not Intake.objects.exclude(withdrawn_at=None).exists()
    assert not AuditEntry.objects.filter(verb="undo").exists()
