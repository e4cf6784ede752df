"""This file tests accounts that a contract of an account above pays for, on both engines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from keepwell.health.definition.parents import Parents
from tests.health.test_own_parts import (
    AS_OF,
    BEGAN,
    Rows,
    account,
    both,
    card,
    contract,
    lines,
    row,
    uses,
)

# The group pays for both shops and for the corner below one; the branch signed for itself.
GROUP: Rows = {
    "accounts": [
        account("group"),
        account("shop", "group"),
        account("corner", "shop"),
        account("kiosk", "group"),
        account("branch", "group"),
        account("desk", "branch"),
    ],
    "contracts": [contract(1, "group", 300), contract(2, "branch", 100)],
    "usage": [*uses("shop", 2), *uses("corner", 3), *uses("branch", 1), *uses("desk", 1)],
}


def scores(rows: Rows, on: date = AS_OF, **more: Any) -> list[dict[str, float | None]]:
    with both(rows) as engines:
        return [
            {score.account_id: score.score for score in engine.score(card(**more), on).scores()}
            for engine in engines
        ]


def test_a_contract_counts_what_happens_where_it_is_used() -> None:
    wanted = {
        "branch": 20.0,
        "corner": 30.0,
        "desk": 10.0,
        "group": (3 * 50.0 + 20.0) / 4,
        "kiosk": 0.0,
        "shop": 50.0,  # all that it is, with the corner: nobody there pays
    }
    assert scores(GROUP) == [wanted, wanted]


def test_covered_accounts_weigh_nothing_beside_the_one_that_pays() -> None:
    with both(GROUP) as engines:
        for engine in engines:
            found = lines(engine.score(card(), AS_OF))
            shown = {path: (line.weight, line.missing) for path, line in found.items()}
            assert shown["child:shop"] == shown["child:kiosk"] == (0.0, None)
            assert (shown["own:"], shown["child:branch"]) == ((300.0, None), (100.0, None))


@pytest.mark.parametrize(
    ("parents", "group"),
    # The shop is half of the corner's 30 there; its own uses count for the group alone.
    [(Parents("count"), (50 + 30 + 0 + 15) / 4), (Parents("worst", 1), 0.0)],
)
def test_a_card_that_counts_accounts_shows_each_and_the_contract(
    parents: Parents, group: float
) -> None:
    for found in scores(GROUP, parents=parents):
        assert found["group"] == pytest.approx(group)


@pytest.mark.parametrize(
    ("line", "group"),
    [
        ({"kind": "services"}, 50.0),  # no recurring line: as before
        ({"kind": "trial"}, 50.0),
        ({"starts_on": AS_OF}, 50.0),  # begins today, which is known tomorrow
        ({"starts_on": AS_OF - timedelta(days=1)}, (300 * 30 + 200 * 20) / 500),
        ({"ends_on": AS_OF - timedelta(days=90)}, 30.0),  # left: the group's contract is another
    ],
)
def test_an_account_stands_apart_from_its_first_recurring_line_on(
    line: dict[str, Any], group: float
) -> None:
    rows: Rows = {
        "accounts": [account("group"), account("shop", "group"), account("kiosk", "group")],
        "contracts": [contract(1, "group", 300), contract(2, "shop", 200, **line)],
        "usage": [*uses("shop", 2), *uses("kiosk", 3)],
    }
    for found in scores(rows):
        assert found["group"] == pytest.approx(group)


def test_an_account_is_covered_only_while_the_contract_above_runs() -> None:
    ended = contract(1, "group", 300, ends_on=AS_OF - timedelta(days=10))
    rows = {**GROUP, "contracts": [ended, contract(2, "branch", 100)]}
    for found in scores(rows):
        # Nobody pays for the shops any more, so that only the branch is left to count.
        assert (found["group"], found["shop"]) == (20.0, None)


def test_many_dates_have_what_each_has_alone_where_first_contracts_begin() -> None:
    first = [AS_OF - timedelta(days=20), AS_OF - timedelta(days=8)]
    rows: Rows = {
        "accounts": [account("group"), account("shop", "group"), account("kiosk", "group")],
        "contracts": [
            contract(1, "group", 300),
            contract(2, "shop", 200, starts_on=first[0]),
            contract(3, "kiosk", 100, starts_on=first[1]),
        ],
        "usage": [
            row("usage", BEGAN + timedelta(days=nth), name, id=f"{name}{nth}", user=name)
            for name in ("group", "shop", "kiosk")
            for nth in range(300, 420, 9 if name == "shop" else 5)
        ],
    }
    dates = [AS_OF - timedelta(days=days) for days in range(28, -1, -7)]
    with both(rows) as engines:
        alone = [[lines(engine.score(card(), on)) for on in dates] for engine in engines]
        together = [lines(result) for result in engines[1].scores(card(), dates)]
    assert together == alone[1]
    values = [[found["own:uses"].value for found in every] for every in alone]
    assert values[0] == values[1]
    assert len(set(values[0])) > 2


def test_who_is_covered_on_one_date_is_not_on_another_where_the_contract_has_ended() -> None:
    rows: Rows = {
        "accounts": [
            account("group"),
            account("shop", "group"),
            account("corner", "shop"),
            account("other"),
            account("site", "other"),
        ],
        "contracts": [
            contract(1, "group", 300, ends_on=AS_OF - timedelta(days=10)),
            contract(2, "other", 100),
        ],
        "usage": [*uses("shop", 2), *uses("corner", 3), *uses("site", 4)],
    }
    dates = [AS_OF - timedelta(days=14), AS_OF]
    with both(rows) as engines:
        oracle = [list(engines[0].score(card(), on).scores()) for on in dates]
        together = [list(result.scores()) for result in engines[1].scores(card(), dates)]
    found = [
        [{s.account_id: s.score for s in each} for each in every] for every in (oracle, together)
    ]
    assert found[0] == found[1]
    assert [scores["shop"] for scores in found[0]] == [
        0.0,
        None,
    ]  # while it is paid for, as a whole
