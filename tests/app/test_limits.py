"""This file tests that what an import accepts can be stored, added up and read again, on both databases alike."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from keepwell.app.actions import imports, overrides, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.accounts import Account
from keepwell.app.queries import accounts, portfolios
from keepwell.app.queries import scores as questions
from keepwell.errors import Invalid
from keepwell.health.definition import limit
from tests.cast import ANA, CARD, NOON, VIEWER

pytestmark = pytest.mark.both_databases

MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2024-01-01}
    backdate: since_start
    fields: {account_id: id, name: name, owner: owner, segment: segment, started_on: since}
  - file: contracts.csv
    table: contracts
    fields: {id: id, account_id: account, starts_on: starts, ends_on: ends, annual_amount: {column: amount, times: 12}, notice_days: notice}
"""
LONG = "😀" * limit.KEY  # four bytes each: no text that is accepted takes more
ACCOUNT = "A-1,Harbour,Ana,large,2024-01-01\n"
LINE = "{id},{account},2024-01-01,2030-01-01,{amount},30\n"
AS_OF = date(2026, 3, 2)


def imported(installation: Installation, lines: str, *, accounts: str = ACCOUNT) -> imports.Summary:
    folder = installation.folder / "in"
    folder.mkdir(exist_ok=True)
    installation.mapping.write_text(MAPPING, encoding="utf-8")
    for name, text in (
        ("accounts", "id,name,owner,segment,since\n" + accounts),
        ("contracts", "id,account,starts,ends,amount,notice\n" + lines),
    ):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return imports.run(installation=installation, paths=folder, by=ANA, at=NOON)


def scored(installation: Installation) -> str:
    scorecards.publish(text=CARD, note="x", by=ANA, at=NOON, parent=None)
    return scores.run(installation=installation, as_of=AS_OF, by=ANA, at=NOON).run_id


def line(id: str, amount: str, account: str = "A-1") -> str:
    return LINE.format(id=id, account=account, amount=amount)


def test_lines_that_are_each_within_the_limit_add_up_however_many_there_are(
    installation: Installation,
) -> None:
    imported(installation, "".join(line(f"L-{nth}", "80000000000") for nth in range(100)))
    scored(installation)
    (account,) = accounts.everyone(VIEWER)
    assert account.revenue == Decimal(80_000_000_000) * 12 * 100
    run = questions.counts(VIEWER, _newest())
    assert [count.revenue for count in run] == [account.revenue]
    assert imported(installation, line("L-0", "1")).accepted == 1


@pytest.mark.parametrize(
    ("amount", "kept"),
    [
        ("1234567890.123457", "14814814681.4815"),
        ("82304526.749001", "987654320.988012"),
        ("83333333333.333333", "1000000000000"),
        ("-83333333333.333333", "-1000000000000"),
    ],
)
def test_a_revenue_is_read_as_it_was_written_to_15_digits(
    installation: Installation, amount: str, kept: str
) -> None:
    imported(installation, line("L-1", amount))
    (account,) = accounts.everyone(VIEWER)  # raises where a row is not what was written
    assert account.revenue is not None
    assert abs(account.revenue - Decimal(amount) * 12) <= abs(account.revenue) * Decimal("1e-14")
    assert account.revenue == Decimal(kept)


def test_the_longest_texts_that_are_accepted_can_be_stored_and_listed(
    installation: Installation,
) -> None:
    rows = f"{LONG},{LONG},{LONG},{LONG},2024-01-01\n"
    assert imported(installation, line(LONG, "5", LONG), accounts=rows).rejected == 0
    bands = CARD.replace("Green", "😀" * 60).replace("Red", "🍏" * 60)
    scorecards.publish(text=bands, note="x", by=ANA, at=NOON, parent=None)
    scores.run(installation=installation, as_of=AS_OF, by=ANA, at=NOON)
    assert [each.account.account_id for each in portfolios.portfolio(VIEWER, _newest())] == [LONG]
    overrides.override(
        installation=installation, account_id=LONG, score=5, because="x", until=AS_OF + timedelta(days=9), by=ANA, at=NOON,
    )  # fmt: skip
    assert accounts.find(VIEWER, LONG.casefold()).account_id == LONG


def test_a_longer_id_is_a_rejected_row_and_the_others_are_loaded(
    installation: Installation,
) -> None:
    rows = "A" * 300 + ",Harbour,Ana,large,2024-01-01\n" + ACCOUNT
    summary = imported(installation, line("L-1", "5"), accounts=rows)
    assert [count.rejected_by_reason for count in summary.counts] == [{"too_long": 1}, {}]
    assert [account.account_id for account in accounts.everyone(VIEWER)] == ["A-1"]


def test_an_impossible_notice_is_a_rejected_row_and_the_next_import_succeeds(
    installation: Installation,
) -> None:
    rows = line("L-1", "5").replace(",30", ",99999999999") + line("L-2", "7")
    assert imported(installation, rows).rejected == 1
    scored(installation)
    assert imported(installation, line("L-3", "9")).accepted == 1


@pytest.mark.parametrize("wanted", ["a\0", "a\udce9"])
def test_what_cannot_be_stored_is_the_name_of_nobody_and_no_damage(
    installation: Installation, wanted: str
) -> None:
    for ask in (accounts.find, accounts.account):
        with pytest.raises(accounts.NoSuchAccount, match=r"`a\\u"):
            ask(VIEWER, wanted)


def test_asking_with_half_a_character_is_no_damage(installation: Installation) -> None:
    with pytest.raises(Invalid, match="cannot be stored"):
        integrity.stored(Account.objects.filter(account_id="a\udce9"))


def _newest() -> object:
    from keepwell.app.queries import runs

    found = runs.newest(VIEWER)
    assert found
    return found
