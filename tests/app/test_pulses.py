"""This file holds what a pulse promises: it is kept from the moment it is given, counted once, and claims nothing for others."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from keepwell.app.actions import (
    imports,
    intake,
    live_scores,
    loads,
    pulses,
    scorecards,
    scores,
    verification,
)
from keepwell.app.actions.datafiles import RowsDiffer
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.feeds import Declaration
from keepwell.app.models.intake import Intake
from keepwell.app.models.loads import Load
from keepwell.app.models.people import Person, PersonalValue
from keepwell.app.queries import accounts, evidence, feeds
from keepwell.app.queries import intake as typed
from keepwell.app.queries import pulses as questions
from keepwell.app.queries import scores as scored
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError
from tests.app.test_loads import live
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

DAY = timedelta(days=1)
TOMORROW = NOON.date() + DAY
PULSE_CARD = CARD.replace(
    "health:\n",
    """health:
  - measure: pulse
    table: pulses
    take: latest pulse
    window: 60 days
    points: {lookup: {green: 100, amber: 50, red: 0}}
    weight: 1
    missing: skip
    indicator: leading
""",
)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts with usage and no pulse; a card that reads pulses is published."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts", *(account(name, started_on=date(2025, 1, 1)) for name in ("A-1", "A-2"))
    )
    brought.rows("usage", *(use(f"u{n}") for n in range(4)), use("u9", "A-2"))
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    scorecards.publish(text=PULSE_CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def give(
    installation: Installation, id: str = "m1", at: datetime = NOON, **more: Any
) -> questions.PulseRow:
    wanted = {"account_id": "A-1", "pulse": "red", "note": "Their sponsor is leaving.", "by": ANA}
    return pulses.give(installation=installation, id=id, at=at, **(wanted | more))


def move(installation: Installation, at: datetime = NOON) -> int | None:
    return intake.move(installation=installation, by=ANA, at=at)


def score(installation: Installation, as_of: date = TOMORROW) -> dict[str, float | None]:
    run = scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON)
    return {row.account_id: row.score for row in scored.rows(VIEWER, run.run_id)}


@pytest.mark.both_databases
def test_a_pulse_is_a_fact_of_the_next_score(existing: Installation) -> None:
    before = score(existing)
    row = give(existing, pulse="Red", reason="sponsor-left")
    assert (row.pulse, row.note, row.reason, row.by, row.at, row.load) == (
        "red",
        "Their sponsor is leaving.",
        "sponsor-left",
        ANA.name,
        NOON,
        None,
    )
    assert move(existing) == 2
    assert questions.given(VIEWER)[0].load == 2
    assert live(
        existing, "pulses", 'account_id, pulse, reason, "at", "on", feed, given_by, batch'
    ) == [("A-1", "red", "sponsor-left", NOON.replace(tzinfo=None), NOON.date(), "app", "u2", 2)]
    assert (before["A-1"], score(existing)["A-1"]) == (100.0, 50.0)
    found = live_scores.explained(
        installation=existing, account_id="A-1", as_of=TOMORROW, by=ANA
    ).explanation
    assert found.row.score == 50.0


@pytest.mark.both_databases
def test_what_a_process_typed_before_it_died_is_moved_by_the_next_run(
    existing: Installation,
) -> None:
    give(existing)  # and no mover
    assert [row.account_id for row in typed.waiting(VIEWER)] == ["A-1"]
    assert score(existing)["A-1"] == 50.0
    assert (typed.waiting(VIEWER), Load.objects.count()) == ((), 2)
    assert move(existing) is None, "nothing waits any more"


def test_the_next_runs_and_the_next_import_move_it_too(existing: Installation) -> None:
    give(existing, "m1")
    scores.runs(installation=existing, dates=[TOMORROW], by=BEN, at=NOON)
    assert typed.waiting(VIEWER) == ()
    give(existing, "m2")
    (existing.folder / "exports").mkdir()
    (existing.folder / "exports/a.csv").write_text("id,name\nA-3,Kiln\n")
    existing.mapping.write_text(
        "sources:\n- file: a.csv\n  table: accounts\n  fields: {account_id: id, name: name}\n"
    )
    imports.run(installation=existing, paths=existing.folder / "exports", by=ANA, at=NOON)
    assert typed.waiting(VIEWER) == ()
    assert [load.batch for load in Load.objects.order_by("batch")] == [1, 2, 3, 4]


@pytest.mark.both_databases
def test_the_pulse_and_its_audit_are_one_transaction(existing: Installation) -> None:
    give(existing, reason="sponsor-left")
    entry = AuditEntry.objects.get(verb="pulse")
    assert (entry.object, entry.by, entry.at) == ("account A-1", ANA.name, NOON)
    assert entry.detail == {"pulse": "red", "reason": "sponsor-left"}, "the note is personal"


@pytest.mark.both_databases
def test_a_load_that_fails_at_its_last_step_moves_nothing(
    existing: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(existing)

    def fail(**more: Any) -> None:
        raise OSError("the lights went out")

    with monkeypatch.context() as patch:
        patch.setattr(loads.audit, "write", fail)
        with pytest.raises(OSError, match="lights"):
            move(existing)
    assert (Load.objects.count(), len(typed.waiting(VIEWER))) == (1, 1)
    assert live(existing, "pulses") == []
    assert (move(existing), len(live(existing, "pulses"))) == (2, 1)


@pytest.mark.both_databases
def test_a_fact_that_another_mover_has_marked_is_not_loaded_again(existing: Installation) -> None:
    give(existing, "m1")
    rows = typed.waiting(VIEWER)
    assert move(existing) == 2
    with pytest.raises(RowsDiffer, match="0 of them were still waiting"):
        intake._load(existing, rows, [], ANA, NOON)
    assert (Load.objects.count(), len(live(existing, "pulses"))) == (2, 1)


def test_facts_marked_meanwhile_stop_the_load_of_the_others(existing: Installation) -> None:
    give(existing, "m1")
    give(existing, "m2")
    rows = typed.waiting(VIEWER)
    stored = Intake.objects.get(message_id="m1")
    Intake.objects.filter(pk=stored.pk).update(moved_in=1)
    with pytest.raises(RowsDiffer, match="2 facts that were typed were loaded, but 1"):
        intake._load(existing, rows, [], ANA, NOON)
    assert Load.objects.count() == 1


@pytest.mark.both_databases
def test_the_same_message_is_one_pulse_and_two_messages_are_two(existing: Installation) -> None:
    first = give(existing, "m1")
    again = give(existing, "m1", at=NOON + timedelta(seconds=1))
    assert again == first
    give(existing, "m2")
    assert move(existing) == 2
    assert len(live(existing, "pulses")) == 2
    assert AuditEntry.objects.filter(verb="pulse").count() == 2
    with pytest.raises(intake.OtherContent):
        give(existing, "m1", pulse="green")


@pytest.mark.both_databases
def test_movers_at_the_same_time_move_each_pulse_once(existing: Installation) -> None:
    for number in range(6):
        give(existing, f"m{number}", note=f"note {number}")
    failed: list[BaseException] = []

    def one() -> None:
        try:
            move(existing)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    movers = [threading.Thread(target=one) for _ in range(3)]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    assert failed == []
    assert len(live(existing, "pulses")) == 6
    assert set(Intake.objects.values_list("moved_in", flat=True)) == {2}


def test_nothing_is_claimed_for_accounts_that_nobody_gave_a_pulse(existing: Installation) -> None:
    give(existing)
    move(existing)
    run = scores.run(installation=existing, as_of=TOMORROW, by=BEN, at=NOON)
    lines = evidence.lines(VIEWER, existing, run)
    missing = {line.account_id: line.missing for line in lines if line.path == "pulse"}
    assert missing == {"A-1": None, "A-2": "not_covered"}


def test_where_nobody_types_for_a_long_time_no_feed_is_late(existing: Installation) -> None:
    give(existing)
    move(existing)
    declared = Declaration.objects.get(feed="app")
    assert (declared.tables, declared.covers) == (["pulses"], "named")
    later = NOON.date() + timedelta(days=3_000)
    found = next(each for each in feeds.status(VIEWER, existing, later) if each.name == "app")
    assert not found.is_late


def test_names_and_notes_stay_in_the_app_database(existing: Installation) -> None:
    give(existing, note="Mia told me over lunch.", by=BEN)
    move(existing)
    assert Person.objects.get(space="app").outside_id == BEN.name
    assert PersonalValue.objects.get(table="pulses").value == "Mia told me over lunch."
    for path in existing.data.rglob("*.parquet"):
        assert b"lunch" not in path.read_bytes()
        assert b"ben@" not in path.read_bytes()
    assert not list(existing.tmp.glob("**/*.jsonl")), "copies go at once"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"pulse": "4"}, "`4` is not a pulse. Expected one of: amber, green, red."),
        ({"pulse": "gren"}, "`gren` is not a pulse. Did you mean `green`?"),
        ({"pulse": ""}, "`` is not a pulse."),
        ({"note": " \n "}, "needs a note"),
        ({"note": "x\0"}, "cannot be stored: U+0000"),
        ({"note": "x" * 100_001}, "The note has 100,001 characters; the limit is 100,000."),
        ({"reason": "x" * 2_001}, "The reason has 2,001 characters; the limit is 2,000."),
    ],
)
def test_a_pulse_that_says_nothing_is_rejected(
    existing: Installation, more: dict[str, str], says: str
) -> None:
    with pytest.raises(pulses.NotAccepted) as error:
        give(existing, **more)
    assert (says in str(error.value), error.value.code) == (True, "P101")
    assert Intake.objects.count() == 0


def test_an_account_that_there_is_not_has_no_pulse(existing: Installation) -> None:
    with pytest.raises(accounts.NoSuchAccount):
        give(existing, account_id="A-9")
    assert Intake.objects.count() == 0


def test_before_the_first_import_there_is_nobody_to_give_a_pulse_and_nothing_to_move(
    installation: Installation,
) -> None:
    with pytest.raises(accounts.NoSuchAccount):
        give(installation)
    assert move(installation) is None


def test_facts_about_an_account_that_is_gone_wait_and_hold_up_nobody(
    existing: Installation,
) -> None:
    give(existing, "m1")
    give(existing, "m2", account_id="A-2")
    Intake.objects.filter(message_id="m1").delete()
    intake.receive(
        table="pulses",
        account_id="A-9",
        row={"id": "m9", "account_id": "A-9", "at": NOON.isoformat(), "pulse": "red", "note": "x"},
        message_id="m9",
        happened_at=NOON,
        by=ANA,
        at=NOON,
    )
    assert move(existing) == 2
    assert [row.account_id for row in typed.waiting(VIEWER)] == ["A-9"]
    assert score(existing)["A-2"] is not None


def test_a_pulse_before_midnight_is_of_its_own_day(existing: Installation) -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # 0:30 in Berlin
    give(existing, at=late)
    move(existing, at=late)
    assert live(existing, "pulses", '"on", "at"') == [(date(2026, 3, 3), late.replace(tzinfo=None))]


def test_whoever_may_not_see_an_account_sees_no_pulse_of_it(existing: Installation) -> None:
    give(existing)
    cleo = Viewer("cleo")
    assert questions.given(cleo) == ()
    assert questions.by_id(cleo, "m1") is None
    assert [row.id for row in questions.given(VIEWER, "A-1")] == ["m1"]
    assert questions.given(VIEWER, "A-2") == ()


@pytest.mark.parametrize("name", ["row", "moved_in", "by"])
def test_a_damaged_row_is_found_where_it_is_read_and_by_verify(
    existing: Installation, name: str
) -> None:
    give(existing)
    values = {"row": {"pulse": "green"}, "moved_in": 1, "by": "somebody"}
    Intake.objects.update(**{name: values[name]})
    with pytest.raises(IntegrityError) as error:
        questions.given(VIEWER)
    assert error.value.code == "I154"
    report = verification.run(installation=existing, by=ANA, at=NOON)
    assert [problem.code for problem in report.problems] == ["I154"]


def test_a_load_that_there_is_not_moved_nothing(existing: Installation) -> None:
    give(existing)
    rows = typed.waiting(VIEWER)
    intake._mark(rows, [], 7)
    report = verification.run(installation=existing, by=ANA, at=NOON)
    assert [problem.code for problem in report.problems] == ["I155"]


def test_facts_that_are_there_already_are_marked_and_not_loaded_twice(
    existing: Installation,
) -> None:
    give(existing)
    kept = Intake.objects.values().get()
    assert move(existing) == 2
    # As after restoring a backup of the database and listing the newer data files again.
    Intake.objects.update(moved_in=None, checksum=kept["checksum"])
    assert move(existing) is None
    assert (typed.waiting(VIEWER), len(live(existing, "pulses"))) == ((), 1)


def test_a_row_is_text_alone(existing: Installation) -> None:
    give(existing)
    row = Intake.objects.get().row
    assert json.loads(json.dumps(row)) == row
    assert set(map(type, row.values())) == {str}
