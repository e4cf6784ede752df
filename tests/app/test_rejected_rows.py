"""This file holds what rejected_rows leave behind: measures that lack them, until a later import brings them."""

from __future__ import annotations

from datetime import date

import pytest

from keepwell.app.actions import replays
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import accounts, scores
from tests.app.rejecting import AS_OF, CARD, Company, founded
from tests.cast import ANA, VIEWER

GOOD = ["u1,A-1,2026-03-01,mia,1", "u2,A-1,2026-03-01,mia,1", "u3,A-2,2026-03-01,jo,1"]
BAD = "u4,A-1,2026-03-01,mia,many"  # what is not a number is at fault, and everything else is known

pytestmark = pytest.mark.both_databases


@pytest.fixture
def company(installation: Installation) -> Company:
    return founded(installation)


def test_a_rejected_row_lowers_the_coverage_of_its_account_alone(company: Company) -> None:
    company.delivered(usage=[*GOOD, BAD])
    assert company.rejected() == (1, 3, "2")
    assert company.rejected("A-2") is None
    assert company.line().value == 2
    run = company.run()
    known = scores.row(VIEWER, run, "A-1").coverage, scores.row(VIEWER, run, "A-2").coverage
    assert known == (pytest.approx(1 / 3), 0.5)


def test_what_is_mostly_rejected_has_no_value(company: Company) -> None:
    company.delivered(usage=[*GOOD, BAD, "u5,A-1,2026-03-01,mia,many"])
    assert (company.line().value, company.line().missing) == (None, "rows_rejected")


def test_only_the_windows_that_a_row_may_be_in_lack_it(company: Company) -> None:
    company.delivered(usage=[*GOOD, BAD])
    assert company.rejected(as_of=date(2026, 3, 1)) is None
    assert company.rejected(as_of=date(2026, 3, 2)) == (1, 3, "2")
    assert company.rejected(as_of=date(2026, 3, 29)) == (1, 3, "2")
    assert company.rejected(as_of=date(2026, 3, 30)) is None


def test_the_amount_of_a_contract_line_that_could_not_be_read_is_not_known(
    company: Company,
) -> None:
    """Neither is it 0, nor has the contract ended because its renewal cannot be read."""
    old = "c1,A-1,2025-01-01,2026-01-01,100"
    company.delivered(
        contracts=[
            old,
            "c2,A-1,2026-01-01,2027-01-01,many",
            "c3,A-2,2025-01-01,,70",
            "c4,A-2,2025-06-01,,some",
        ]
    )
    rows = {each.account_id: each for each in accounts.everyone(VIEWER)}
    found = [
        (row.revenue, row.running_lines, row.unpriced_lines) for row in (rows["A-1"], rows["A-2"])
    ]
    assert found == [(None, 1, 1), (70, 2, 1)]
    assert not rows["A-1"].has_ended
    company.delivered(contracts=["c2,A-1,2026-01-01,2027-01-01,120"])
    row = accounts.account(VIEWER, "A-1")
    assert (row.revenue, row.running_lines, row.unpriced_lines) == (120, 1, 0)


def test_a_day_that_cannot_be_read_is_any_since_the_feed_came_before(company: Company) -> None:
    company.delivered(
        9, usage=GOOD
    )  # on 2 March; the newest day is 1 March, declared through the load
    company.delivered(usage=["u5,A-1,soon,mia,1", "u6,A-1,2026-03-10,mia,1"])
    assert company.noted("first_on, last_on") == [(date(2026, 3, 1), date(2026, 3, 11))]
    assert company.rejected(as_of=date(2026, 3, 1)) is None
    assert company.rejected(as_of=date(2026, 3, 2)) == (1, 3, "3")
    assert company.rejected(as_of=date(2026, 4, 7)) == (1, 2, "3")
    assert company.rejected(as_of=date(2026, 4, 8)) == (1, 1, "3")
    assert company.rejected(as_of=date(2026, 4, 9)) is None


def test_of_several_days_each_has_to_be_read(company: Company) -> None:
    good = "m1,A-2,Training,2026-02-01,2026-02-20"
    company.delivered(milestones=[good, "m2,A-1,Training,soon,2026-02-20"])
    assert company.noted("first_on, last_on") == [(None, date(2026, 3, 2))]


def test_the_first_time_it_is_any_day_before(company: Company) -> None:
    company.delivered(usage=["u5,A-1,soon,mia,1", "u6,A-2,2026-03-01,jo,1"])
    assert company.noted("first_on, last_on") == [(None, date(2026, 3, 2))]
    assert company.line(as_of=date(2025, 6, 1)).missing == "rows_rejected"


def test_the_same_id_heals_from_its_import_on(company: Company) -> None:
    company.delivered(usage=[*GOOD, BAD])
    before = company.run()
    company.delivered(usage=["u4,A-2,2026-02-20,mia,5"])
    assert company.rejected() is None
    assert company.noted() == [("A-1", 2, False), ("A-1", 3, True)]
    again = replays.replay(
        installation=company.installation, run_id=before.run_id, by=ANA, text=CARD
    )
    assert (again.lines, again.different) == (6, 0)


def test_a_row_that_is_there_already_heals_when_it_comes_again(company: Company) -> None:
    company.delivered(usage=GOOD)
    company.delivered(usage=["u2,A-1,2026-03-01,mia,many", "u9,A-2,2026-03-01,jo,1"])
    assert company.rejected() == (1, 3, "3")
    summary = company.delivered(usage=GOOD)
    assert (summary.batch, summary.accepted, company.rejected()) == (4, 0, None)


def test_the_same_bad_file_again_rejects_nothing_more(company: Company) -> None:
    nameless = ",A-1,2026-03-01,mia,many"
    company.delivered(usage=[*GOOD, BAD, nameless, nameless])
    assert company.rejected() == (3, 5, "2")
    again = company.delivered(usage=[*GOOD, BAD, nameless, nameless])
    assert (again.rejected, company.rejected()) == (3, (3, 5, "2"))
    assert [batch for _, batch, _ in company.noted()] == [2, 2, 2]


def test_a_row_without_an_id_heals_by_its_account_and_day(company: Company) -> None:
    company.delivered(usage=[*GOOD, ",A-1,2026-03-01,mia,1", ",A-1,2026-02-20,mia,1"])
    assert company.rejected() == (2, 4, "2")
    company.delivered(usage=["u8,A-2,2026-03-01,mia,1", "u9,A-1,2026-02-28,mia,1"])
    assert company.rejected() == (2, 5, "2")
    company.delivered(usage=["u10,A-1,2026-03-01,mia,1"])
    assert company.rejected() == (1, 5, "2")


def test_another_feed_heals_nothing(company: Company) -> None:
    company.delivered(usage=[*GOOD, ",A-1,2026-03-01,mia,1"])
    company.delivered(logins=["2026-03-01,A-1"])
    assert company.rejected() == (1, 4, "2")


def test_what_a_later_import_rejects_again_is_not_healed_by_its_neighbours(
    company: Company,
) -> None:
    nameless = ",A-1,2026-03-01,mia,1"
    company.delivered(usage=[*GOOD, nameless])
    company.delivered(usage=[*GOOD, nameless, "u9,A-1,2026-03-01,mia,1"])
    assert company.rejected() == (1, 4, "2")


def test_an_id_made_of_the_cell_at_fault_is_none(company: Company) -> None:
    company.delivered(logins=["20 February,A-1", "2026-02-21,A-1", "2026-02-22,A-1"])
    assert company.rejected() == (1, 3, "2")
    company.delivered(logins=["2026-03-02,A-1"])  # the next day's: it brings nothing again
    assert company.rejected(as_of=AS_OF) == (1, 4, "2")
    company.delivered(logins=["2026-02-20,A-1"])
    assert company.rejected() is None


def test_an_account_that_is_unknown_marks_nobody(company: Company) -> None:
    company.delivered(usage=[*GOOD, *(f"x{n},A-9,2026-03-01,mia,1" for n in range(9))])
    assert (company.rejected(), company.rejected("A-2")) == (None, None)
    company.delivered(accounts=["A-9,Oak,2026-01-01"])
    assert company.line("A-9").missing == "rows_rejected"


def test_more_than_one_in_a_hundred_of_nobody_marks_all(company: Company) -> None:
    many = [f"m{n},A-1,2026-03-01,mia,1" for n in range(99)]
    company.delivered(usage=[*many, "n1,,2026-03-01,mia,1"])
    assert (company.rejected(), company.noted()) == (None, [])
    company.delivered(usage=["n2,,2026-03-01,mia,1", "n3,A-2,2026-03-01,jo,1"])
    assert company.rejected() == (1, 101, "3")
    assert company.rejected("A-2") == (1, 101, "3")


def test_a_broken_line_could_be_anybodys(company: Company) -> None:
    company.delivered(usage=[*GOOD, 'x,"a,b'])
    assert company.line("A-2").rejected_rows == 1
    assert company.line("A-2").rejected_of == 4


def test_a_contract_line_counts_while_it_would_run(company: Company) -> None:
    company.delivered(
        contracts=[
            "c1,A-1,2025-01-01,2027-01-01,100",
            "c2,A-1,2025-02-01,2026-02-01,lots",
            "c3,A-1,2025-01-01,2027-01-01,100",
        ]
    )
    assert company.rejected(path="revenue", as_of=date(2025, 2, 1)) is None
    assert company.rejected(path="revenue", as_of=date(2025, 2, 2)) == (1, 3, "2")
    assert company.rejected(path="revenue", as_of=date(2026, 2, 1)) == (1, 3, "2")
    assert company.rejected(path="revenue", as_of=date(2026, 2, 2)) is None


def test_a_state_heals_by_a_row_of_its_entity_that_is_not_older(company: Company) -> None:
    company.delivered(contacts=["p1,A-1,2026-01-01,yes", "p1,A-1,2026-02-01,perhaps"])
    assert company.noted() == [("A-1", 2, False)]
    company.delivered(contacts=["p1,A-1,2026-01-15,no", "p2,A-1,2026-03-01,no"])
    assert company.noted() == [("A-1", 2, False)]
    company.delivered(contacts=["p1,A-1,2026-02-20,no"])
    assert company.noted() == [("A-1", 2, False), ("A-1", 4, True)]


def test_nothing_personal_is_kept_of_a_rejected_row(company: Company) -> None:
    company.delivered(usage=[*GOOD, "mia@harbour.example,A-1,2026-03-01,mia@harbour.example,many"])
    (file,) = DataFile.objects.filter(kind="rejected")
    names = "key, account_id, feed, first_on, last_on, ends_on, id, reason, is_healed, batch"
    (told,) = company.noted(names)
    assert told[1:6] == ("A-1", "product", date(2026, 3, 1), date(2026, 3, 1), None)
    assert told[7:] == ("not_a_number", False, 2)
    assert b"mia" not in (company.installation.data / file.path).read_bytes()


def test_an_import_that_brings_nothing_else_new_is_one_all_the_same(company: Company) -> None:
    company.delivered(usage=GOOD)
    summary = company.delivered(usage=[*GOOD, BAD])
    assert (summary.batch, summary.accepted, summary.rejected) == (3, 0, 1)
    assert company.rejected() == (1, 3, "3")


def test_without_any_fault_no_file_of_rejected_rows_is_written(company: Company) -> None:
    company.delivered(usage=GOOD)
    assert not DataFile.objects.filter(kind="rejected").exists()
