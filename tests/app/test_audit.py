"""This file holds what the audit promises: who, what, from where, before and after; added to, and never changed unnoticed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from keepwell.app import actions, queries
from keepwell.app.actions import audit
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEnd, AuditEntry
from keepwell.app.viewers import Actor
from keepwell.errors import IntegrityError
from tests.app.people import acting, add
from tests.cast import ANA, NOON, VIEWER

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation")]
EVE = Actor("user", "Eve", place="10.0.0.7, Firefox")
TABLE = "keepwell_auditentry"


def write(count: int = 3) -> None:
    for nth in range(count):
        audit.write(
            verb=f"try {nth}", object=f"thing {nth}", by=EVE, at=NOON + timedelta(hours=nth), before={"a": nth}, after={"a": 1.5},
            said="so", numbers=[1, 2.0, 1e22, -0.0, 0.1], nested={"b": None, "a": [True, "n 1.0", "ü \U0001f600"]},
        )  # fmt: skip


def found() -> list[str]:
    return [error.code for error in audit.verify()]


def force(sql: str) -> None:
    """Change rows as somebody would who owns the database, and takes what is in the way out of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                [TABLE],
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(sql)
            for _, made in triggers:
                cursor.execute(made)
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)


def test_a_line_says_from_where_and_how_it_was_before() -> None:
    write(1)
    (row,) = queries.audit.entries(VIEWER).rows
    assert (row.by, row.verb, row.object, row.place) == (
        "Eve",
        "try 0",
        "thing 0",
        "10.0.0.7, Firefox",
    )
    assert (row.before, row.after, row.detail["said"]) == ({"a": 0}, {"a": 1.5}, "so")


def test_an_audit_that_nobody_touched_is_whole() -> None:
    assert found() == []
    write()
    assert found() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE keepwell_auditentry SET verb = 'other'",
        "DELETE FROM keepwell_auditentry",
        "DELETE FROM keepwell_auditentry WHERE verb = 'try 1'",
    ],
)
def test_the_database_keeps_out_changes(statement: str) -> None:
    write()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(statement)
    assert (AuditEntry.objects.count(), found()) == (3, [])


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE keepwell_auditentry SET verb = 'other' WHERE verb = 'try 1'", "I160"),
        ("UPDATE keepwell_auditentry SET \"by\" = 'Ben' WHERE verb = 'try 2'", "I160"),
        ("UPDATE keepwell_auditentry SET place = '' WHERE verb = 'try 0'", "I160"),
        ("UPDATE keepwell_auditentry SET object = 'x' WHERE verb = 'try 0'", "I160"),
        ("UPDATE keepwell_auditentry SET before = NULL WHERE verb = 'try 0'", "I160"),
        ("UPDATE keepwell_auditentry SET after = '{}' WHERE verb = 'try 0'", "I160"),
        ("UPDATE keepwell_auditentry SET detail = '{}' WHERE verb = 'try 0'", "I160"),
        ("UPDATE keepwell_auditentry SET at = '2026-01-01 00:00:00+00:00' WHERE verb = 'try 1'", "I160"),
        ("DELETE FROM keepwell_auditentry WHERE verb = 'try 0'", "I160"),
        ("DELETE FROM keepwell_auditentry WHERE verb = 'try 1'", "I160"),
        ("DELETE FROM keepwell_auditentry WHERE verb = 'try 2'", "I161"),
        ("DELETE FROM keepwell_auditentry", "I161"),
        ("UPDATE keepwell_auditentry SET id = -id WHERE verb = 'try 1'", "I160"),  # moved to the front
        ("UPDATE keepwell_auditentry SET id = -id", "I160"),  # the other way round
        ("DELETE FROM keepwell_auditend", "I161"),
        ("UPDATE keepwell_auditend SET entries = 2", "I161"),
        ("UPDATE keepwell_auditend SET checksum = ''", "I161"),
    ],
)  # fmt: skip
def test_what_was_changed_all_the_same_is_found(
    installation: Installation, statement: str, code: str
) -> None:
    write()
    force(statement)
    assert found() == [code]
    report = actions.verification.run(installation=installation, by=ANA, at=NOON)
    assert code in {problem.code for problem in report.problems}


def test_a_line_that_was_put_in_is_found() -> None:
    write()
    AuditEntry.objects.create(at=NOON, by="Ben", verb="try", object="this")
    assert found() == ["I160"]


def test_the_last_line_and_the_end_together_do_not_fit_either() -> None:
    """Whoever takes away the last line and counts it out has no checksum of the end before, unless they make it."""
    write()
    force("DELETE FROM keepwell_auditentry WHERE verb = 'try 2'")
    before = AuditEntry.objects.get(verb="try 1").chain
    AuditEnd.objects.update(entries=2, chain=before)
    assert found() == ["I161"]


def test_many_who_write_at_once_write_one_chain(database_url: str) -> None:
    write(1)

    def write_some(nth: int) -> None:
        for each in range(5):
            with transaction.atomic():
                audit.write(verb="at once", object=f"{nth} {each}", by=EVE, at=NOON)
        connections.close_all()

    with ThreadPoolExecutor(6) as many:
        list(many.map(write_some, range(6)))
    assert (AuditEntry.objects.count(), found()) == (31, [])


def test_what_was_not_done_is_not_written() -> None:
    write(1)

    def fail() -> None:
        with transaction.atomic():
            audit.write(verb="in vain", object="x", by=EVE, at=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (AuditEntry.objects.count(), found()) == (1, [])


def test_lines_are_found_by_who_what_and_when() -> None:
    write(5)
    audit.write(verb="try 1", object="account A-1", by=ANA, at=NOON)

    def numbers(**wanted: Any) -> list[str]:
        return [f"{row.by} {row.verb}" for row in queries.audit.entries(VIEWER, **wanted).rows]

    ana = f"{ANA.name} try 1"
    assert numbers(who="Eve", verb="try 1") == ["Eve try 1"]
    assert numbers(verb="try 1") == [ana, "Eve try 1"]
    assert numbers(object="account") == [ana]
    hour = timedelta(hours=1)
    assert numbers(since=NOON + hour, until=NOON + 3 * hour) == ["Eve try 2", "Eve try 1"]
    assert numbers(who="nobody") == numbers(verb="x\0") == []
    assert queries.audit.verbs(VIEWER) == ("try 0", "try 1", "try 2", "try 3", "try 4")
    assert queries.audit.people(VIEWER) == ("Eve", ANA.name)


def test_pages_follow_each_other_without_a_gap() -> None:
    write(5)
    seen, before = [], None
    while True:
        page = queries.audit.entries(VIEWER, before=before, limit_to=2)
        seen += [row.verb for row in page.rows]
        if (before := page.next) is None:
            break
    assert seen == [f"try {nth}" for nth in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("role", ["leader", "csm", "account executive", "executive", "viewer"])
def test_administrators_alone_see_it(role: str) -> None:
    someone, admin = acting(add("Some One", role)).viewer, acting(add("Ada", "admin")).viewer
    assert queries.audit.entries(someone).rows == ()
    assert queries.audit.verbs(someone) == queries.audit.people(someone) == ()
    assert queries.audit.entries(admin).rows
    assert queries.audit.verbs(admin)


def test_who_wrote_elsewhere_is_told(installation: Installation) -> None:
    write()
    AuditEnd.objects.update(entries=7)
    with pytest.raises(
        IntegrityError, match=r"The audit has 3 lines, and does not end as it was written"
    ):
        raise next(audit.verify())
