"""This file holds that the data files of rejected rows are merged, verified and listed again like those of facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from keepwell.app.actions import engines, manifest_rebuild, replays, scorecards, verification
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import loads
from keepwell.errors import IntegrityError
from tests import installations
from tests.app.rejecting import CARD, Company, founded
from tests.cast import ANA, NOON, VIEWER
from tests.drills import scene

TOLD = "key, account_id, feed, first_on, last_on, ends_on, id, reason, is_healed, batch"


@pytest.fixture
def company(installation: Installation) -> Company:
    """Three imports of usage: two rows of A-1 rejected, one of which the last heals."""
    company = founded(installation)
    company.delivered(usage=["u1,A-1,2026-03-01,mia,1", "u2,A-1,2026-03-01,mia,1", "u3,A-1,2026-03-01,mia,x"])  # fmt: skip
    company.delivered(usage=["u4,A-1,2026-03-01,mia,1", "u5,A-1,2026-03-01,mia,x"])
    company.delivered(usage=["u3,A-1,2026-03-01,mia,1"])
    return company


@pytest.fixture
def merging() -> Iterator[None]:
    with scene.merging():
        yield


def kinds() -> list[tuple[str, int, int, int]]:
    listed = DataFile.objects.filter(kind="rejected", retired_at=None).order_by("first_batch")
    return list(listed.values_list("table", "first_batch", "last_batch", "rows"))


def problems(company: Company) -> list[str]:
    report = verification.run(installation=company.installation, by=ANA, at=NOON)
    return [each.place for each in report.problems]


@pytest.mark.both_databases
def test_each_import_has_a_file_of_its_own_until_they_are_merged(company: Company) -> None:
    assert kinds() == [("usage", 2, 2, 1), ("usage", 3, 3, 1), ("usage", 4, 4, 1)]
    assert problems(company) == []
    assert company.rejected() == (1, 5, "3")


def test_a_merged_file_says_the_same_of_every_import(merging: None, company: Company) -> None:
    assert kinds() == [("usage", 2, 4, 3)]
    assert company.rejected() == (1, 5, "3")
    assert problems(company) == []


def test_a_run_of_an_earlier_import_comes_out_again_after_a_merge(
    installation: Installation,
) -> None:
    company = founded(installation)
    company.delivered(usage=["u1,A-1,2026-03-01,mia,1", "u2,A-1,2026-03-01,mia,x"])
    run = company.run()
    with scene.merging():
        company.delivered(usage=["u2,A-1,2026-03-01,mia,1", "u9,A-1,2026-03-01,mia,x"])
    assert kinds() == [("usage", 2, 3, 3)]
    again = replays.replay(installation=installation, run_id=run.run_id, by=ANA, text=CARD)
    assert (again.different, company.rejected()) == (0, (1, 3, "3"))


def test_a_table_of_which_all_was_rejected_has_no_facts(company: Company) -> None:
    company.delivered(
        usage=["u7,A-1,2026-03-01,mia,1"],
        contracts=["c1,A-1,2025-01-01,2027-01-01,lots"],
    )
    assert company.rejected(path="revenue") is None  # no feed has ever brought a contract
    assert [table for table, *_ in kinds()] == ["usage"] * 3 + ["contracts"]
    assert [each.table for each in loads.tables(VIEWER)] == ["accounts", "usage"]


def test_a_damaged_file_is_found_and_nothing_is_computed(company: Company) -> None:
    path = company.installation.data / DataFile.objects.get(kind="rejected", first_batch=3).path
    path.write_bytes(path.read_bytes()[:-20])
    assert problems(company) == [f"data/{path.relative_to(company.installation.data)}"]
    with pytest.raises(IntegrityError, match="rejected-00000003"):
        company.run(date(2026, 3, 4))


def test_an_account_alone_reads_what_may_be_anybodys(company: Company) -> None:
    """Rows of nobody lie in the same files as those of A-1, which those of another account need not open."""
    company.delivered(
        usage=["u7,,2026-03-01,mia,1", "u8,A-1,2026-03-01,mia,x", "u9,A-1,2026-03-01,mia,1"]
    )
    assert company.rejected("A-2") == (1, 6, "5")
    card = scorecards.read(CARD, file="card.yaml")
    with (
        engines.latest(company.installation) as snapshot,
        engines.opened(snapshot, ["A-2"]) as engine,
    ):
        lines = engine.score(card, date(2026, 3, 3), None, ["A-2"], {}).lines()
    (uses,) = [line for line in lines if line.path == "uses"]
    assert (uses.rejected_rows, uses.rejected_of, uses.rejected_in) == (1, 6, "5")


def lost(installation: Installation) -> Installation:
    """Lose the database, as a process finds it that starts afterwards."""
    installations.leave()
    for path in installation.data.glob("keepwell.db*"):
        path.unlink()
    installations.give_tables(installation.folder)
    return installations.begin(installation.folder)


def test_a_lost_database_lists_them_again(company: Company) -> None:
    before = company.noted(TOLD)
    here = Company(lost(company.installation))
    done = manifest_rebuild.run(installation=here.installation, by=ANA, at=NOON)
    assert (here.noted(TOLD), done.losses, problems(here)) == (before, (), [])


def test_a_file_that_is_lost_with_its_database_is_missed(company: Company) -> None:
    path = company.installation.data / DataFile.objects.get(kind="rejected", first_batch=3).path
    here = lost(company.installation)
    path.unlink()
    with pytest.raises(
        IntegrityError, match="load 3 rejected or healed 1 rows of usage, 0 of them are known"
    ):
        manifest_rebuild.run(installation=here, by=ANA, at=NOON)
