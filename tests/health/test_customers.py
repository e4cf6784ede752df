"""This file tests what accounts are on a date, on both engines: customers, on trial, gone or prospects, and whom a card scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.compile.customers import NEVER_ENDS, Contracts, Terms
from keepwell.health.definition import customer, document
from keepwell.health.definition.customer import KINDS, POPULATIONS
from keepwell.health.definition.feed import Feed
from keepwell.health.engines.oracle import customers
from keepwell.health.engines.oracle.customers import Papers
from keepwell.health.engines.protocol import Standing
from keepwell.health.explain import card_differences
from tests.health.test_own_parts import AS_OF, BEGAN, account, both, card, contract, row, unread

ENDED = date(2026, 3, 1)
LEFT = {"movement": "churn", "noticed_on": date(2026, 1, 5), "effective_on": ENDED}
Row = dict[str, Any]
DAY = timedelta(days=1)


def line(ends_on: date | None = ENDED, **more: object) -> Row:
    return {"on": date(2025, 3, 1), "ends_on": ends_on, "kind": None, **more}


def contracts(own: Papers, above: Papers, started: date | None) -> Contracts:
    """What production's queries give of one account."""

    def terms(rows: Sequence[tuple[Row, date, date, bool]]) -> Terms:
        days = [np.array([each[at] for each in rows], "datetime64[D]") for at in (1, 2)]
        flags = np.array([each[3] for each in rows], bool)
        return Terms(np.zeros(len(rows), np.intp), days[0], days[1], flags)

    lines = [
        (each, each["on"], each["ends_on"] or NEVER_ENDS, is_above)
        for papers, is_above in ((own, False), (above, True))
        for each in papers.lines
    ]
    leaves = [
        (
            each,
            min(d for d in (each.get("noticed_on"), each.get("decided_on")) if d),
            each.get("effective_on") or each.get("due_on") or NEVER_ENDS,
            is_above,
        )
        for papers, is_above in ((own, False), (above, True))
        for each in papers.renewals
        if each["movement"] == "churn"
    ]
    return Contracts(
        np.array([started], "datetime64[D]"),
        terms([each for each in lines if each[0]["kind"] in (None, "recurring")]),
        terms([each for each in lines if each[0]["kind"] == "trial"]),
        terms(leaves),
    )


def on_arrays(own: Papers, above: Papers, until: date, covers_all: bool) -> tuple[str, date | None]:
    found = contracts(own, above, BEGAN)
    kind = KINDS[found.kinds(until, covers_all=covers_all)[0]]
    return kind, found.last_days(until).tolist()[0]


def by_oracle(own: Papers, above: Papers, until: date, covers_all: bool) -> tuple[str, date | None]:
    return customers.kind(own, above, until, covers_all), customers.ended(own, above, until)


@pytest.mark.parametrize("rule", [on_arrays, by_oracle])
@pytest.mark.parametrize(
    ("lines", "renewals", "days_after", "kind"),
    [
        ([line()], [], 60, "customer"),  # late to sign
        ([line()], [], 61, "former customer"),
        ([line()], [LEFT], 0, "customer"),  # until its last day
        ([line()], [LEFT], 1, "former customer"),
        ([line()], [LEFT | {"effective_on": ENDED - timedelta(days=365)}], 1, "customer"),  # of an earlier term
        ([line()], [LEFT | {"effective_on": None, "due_on": ENDED}], 1, "former customer"),
        ([line()], [LEFT | {"effective_on": None}], 1, "former customer"),
        ([line()], [LEFT | {"noticed_on": ENDED + timedelta(days=9)}], 1, "customer"),  # not said yet
        ([line()], [LEFT | {"noticed_on": None, "decided_on": date(2026, 2, 1)}], 1, "former customer"),
        ([line()], [LEFT | {"movement": "renewed"}], 1, "customer"),
        ([line(), line(None)], [LEFT], 400, "customer"),  # another line runs
        ([line(), line(ENDED + timedelta(days=365))], [LEFT], 60, "customer"),
        ([line(), line(None, kind="services")], [], 61, "former customer"),
        ([line(on=ENDED + timedelta(days=500), ends_on=None), line()], [], 61, "former customer"),  # begins later
        ([line(kind="trial")], [], 0, "trial"),
        ([line(kind="trial")], [], 1, "prospect"),  # it ended, and nothing was signed
        ([line(kind="trial", ends_on=None)], [], 400, "trial"),
        ([line(kind="trial", on=ENDED + DAY, ends_on=None)], [], 1, "prospect"),  # begins later
        ([line(), line(None, kind="trial")], [], 60, "customer"),
        ([line(), line(None, kind="trial")], [], 61, "trial"),  # it tries once more
        ([line(None, kind="services")], [], 0, "prospect"),
        ([], [LEFT], 400, "prospect"),
    ],
)  # fmt: skip
def test_what_an_account_is(rule, lines, renewals, days_after, kind) -> None:  # type: ignore[no-untyped-def]
    until = ENDED + timedelta(days=days_after)
    assert rule(Papers(lines, renewals), Papers(), until, True)[0] == kind
    # Where nobody has everybody's lines, who has none may be a customer; a trial names its account.
    has_trial = any(each["kind"] == "trial" and each["on"] < until for each in lines)
    if kind == "prospect" and not has_trial:
        kind = "customer"
    assert rule(Papers(lines, renewals), Papers(), until, False)[0] == kind


@pytest.mark.parametrize("rule", [on_arrays, by_oracle])
@pytest.mark.parametrize(
    ("own", "above", "days_after", "kind"),
    [
        ([], Papers([line(None)]), 0, "customer"),  # by the contract of its group
        ([], Papers([line()]), 61, "former customer"),
        ([], Papers([line()], [LEFT]), 1, "former customer"),  # the group gave notice
        ([line()], Papers([line(None)]), 61, "former customer"),  # it had one of its own
        ([line(None)], Papers([line()], [LEFT]), 400, "customer"),
        ([line()], Papers([], [LEFT]), 1, "customer"),  # not its own notice
        ([line(kind="trial")], Papers([line(None)]), 0, "customer"),
        ([], Papers([line(kind="trial")]), 0, "trial"),
        ([line()], Papers([line(None, kind="trial")]), 61, "former customer"),
        ([line(on=ENDED + DAY)], Papers([line(None)]), 1, "customer"),  # its own begins later
    ],
)
def test_a_contract_above_counts_for_whoever_has_none_of_its_own(  # type: ignore[no-untyped-def]
    rule, own, above, days_after, kind
) -> None:
    assert rule(Papers(own), above, ENDED + timedelta(days=days_after), True)[0] == kind


@pytest.mark.parametrize("rule", [on_arrays, by_oracle])
@pytest.mark.parametrize(
    ("own", "above", "days_after", "ended"),
    [
        ([line()], [], 61, ENDED - DAY),
        ([line()], [], 1, ENDED - DAY),  # late to sign, and still a customer
        ([line()], [], 0, None),  # on its last day
        ([line(), line(None)], [], 61, None),
        ([line(), line(ENDED - timedelta(days=90))], [], 61, ENDED - DAY),
        ([line(on=ENDED + timedelta(days=90), ends_on=None), line()], [], 61, ENDED - DAY),
        ([], [line()], 61, ENDED - DAY),
        ([line(kind="trial")], [], 61, None),
        ([], [], 61, None),
    ],
)
def test_the_last_day_of_the_last_recurring_line(rule, own, above, days_after, ended) -> None:  # type: ignore[no-untyped-def]
    found = rule(Papers(own), Papers(above), ENDED + timedelta(days=days_after), True)[1]
    assert found == ended


SIGNED = contract(1, "customer")
BILLING = Feed("billing", ("contracts",), "all", BEGAN, 7, (), (AS_OF,), AS_OF)


@pytest.mark.parametrize(
    ("feed", "started_on", "kind"),
    [
        ({}, BEGAN, "prospect"),
        ({"covers": "named"}, BEGAN, "customer"),
        ({"since": None}, BEGAN, "customer"),
        ({"since": AS_OF}, BEGAN, "customer"),  # it has everybody's lines from today on
        ({"since": AS_OF - DAY}, BEGAN, "prospect"),
        ({"deliveries": (), "through": None}, BEGAN, "customer"),  # nothing came yet
        ({"through": AS_OF - timedelta(days=21), "deliveries": ()}, AS_OF - timedelta(days=21), "prospect"),
        ({"through": AS_OF - timedelta(days=21), "deliveries": ()}, AS_OF - timedelta(days=20), "customer"),
        ({"through": AS_OF - timedelta(days=21), "deliveries": ()}, None, "prospect"),
    ],
)  # fmt: skip
def test_a_prospect_is_told_where_a_feed_has_the_lines_of_all(
    feed: Row, started_on: date | None, kind: str
) -> None:
    rows = {
        "accounts": [account("customer"), account("other") | {"started_on": started_on}],
        "contracts": [SIGNED],
    }
    every = Feed("all", ("accounts", "usage"), "all", BEGAN, 7, (AS_OF,), (), AS_OF)
    with both(rows, (every, replace(BILLING, **feed))) as asked:
        for engine in asked:
            assert engine.standings(AS_OF)["other"] == Standing(kind, None)  # type: ignore[arg-type]
            scored = [each.account_id for each in engine.score(card(parents=None), AS_OF).scores()]
            assert scored == (["customer", "other"] if kind == "customer" else ["customer"])


@pytest.mark.parametrize(
    "signed",
    [
        [],
        [contract(1, "customer", kind="services")],
        [contract(1, "customer", starts_on=AS_OF)],
    ],
)
def test_without_any_recurring_line_nobody_is_a_prospect(signed: list[Row]) -> None:
    rows = {"accounts": [account("customer"), account("other")], "contracts": signed}
    with both(rows) as asked:
        for engine in asked:
            assert {each.kind for each in engine.standings(AS_OF).values()} == {"customer"}


def test_the_feed_that_has_all_accounts_must_have_brought_a_recurring_line() -> None:
    rows = {"accounts": [account("customer"), account("other")], "contracts": [SIGNED]}
    others = replace(BILLING, name="trials")
    every = Feed("all", ("accounts", "usage"), "all", BEGAN, 7, (AS_OF,), (), AS_OF)
    with both(rows, (every, replace(BILLING, covers="named"), others)) as asked:
        for engine in asked:
            assert engine.standings(AS_OF)["other"].kind == "customer"


FAMILY = {
    "accounts": [
        account("group"), account("shop", "group"), account("kiosk", "shop"), account("former", "group"),
        account("lead"), account("trier"), account("new", "group") | {"started_on": AS_OF},
    ],
    "contracts": [
        contract(1, "group"), contract(2, "former", ends_on=date(2025, 6, 1)),
        contract(3, "trier", kind="trial"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("population", "scored"),
    [
        ("customers", {"group", "shop", "kiosk"}),
        ("customers and trials", {"group", "shop", "kiosk", "trier"}),
        ("customers and prospects", {"group", "shop", "kiosk", "lead"}),
        ("customers, trials and prospects", {"group", "shop", "kiosk", "lead", "trier"}),
    ],
)
def test_a_card_scores_whom_it_is_for(population: str, scored: set[str]) -> None:
    wanted = card(population=POPULATIONS[population])
    with both(FAMILY) as asked:
        for engine in asked:
            found = engine.score(wanted, AS_OF)
            assert {each.account_id for each in found.scores()} == scored
            kinds = {name: each.kind for name, each in engine.standings(AS_OF).items()}
            assert kinds == {
                "group": "customer", "shop": "customer", "kiosk": "customer",
                "former": "former customer", "lead": "prospect", "trier": "trial",
            }  # fmt: skip
            assert engine.standings(AS_OF)["former"].ended == date(2025, 5, 31)
        for name in (*scored, "lead", "former", "trier"):  # alone as among all
            alone = asked[1].score(wanted, AS_OF, only=[name])
            assert [each.account_id for each in alone.scores()] == [name] * (name in scored)
            assert asked[1].standings(AS_OF, [name])[name].kind == kinds[name]


@pytest.mark.parametrize(
    ("rejected", "kinds"),
    [
        ([], {"left": "former customer", "lead": "prospect", "below": "former customer"}),
        ([unread("left", AS_OF - DAY)], {"left": "customer", "lead": "prospect"}),
        ([unread("left", None)], {"left": "customer"}),  # on no day that could be read
        ([unread("lead", BEGAN)], {"lead": "customer", "left": "former customer"}),
        (
            [unread("left", BEGAN, date(2026, 1, 1))],
            {"left": "customer"},
        ),  # 60 days have not passed
        ([unread("left", BEGAN, date(2025, 12, 1))], {"left": "former customer"}),
        ([unread("left", AS_OF)], {"left": "former customer"}),  # it begins later
        ([unread(None, BEGAN)], {"left": "former customer"}),  # it may be anybody's
        ([unread("below", BEGAN)], {"left": "customer", "below": "customer"}),
    ],
)
def test_nobody_has_left_by_a_line_that_could_not_be_read(
    rejected: list[Row], kinds: dict[str, str]
) -> None:
    rows = {
        "accounts": [account("left"), account("lead"), account("payer"), account("below", "left")],
        "contracts": [
            SIGNED | {"account_id": "payer"}, contract(2, "left", ends_on=date(2025, 6, 1)),
            contract(3, "below", ends_on=date(2025, 6, 1)),
        ],
    }  # fmt: skip
    with both(rows, rejected={"contracts": rejected}) as asked:
        for engine in asked:
            found = {name: each.kind for name, each in engine.standings(AS_OF).items()}
            assert {name: found[name] for name in kinds} == kinds
            scored = {each.account_id for each in engine.score(card(), AS_OF).scores()}
            assert scored == {name for name, kind in found.items() if kind == "customer"}
        for name, kind in kinds.items():
            assert asked[1].standings(AS_OF, [name])[name].kind == kind


def test_many_dates_score_whoever_is_a_customer_on_each() -> None:
    rows = {
        "accounts": [account("customer"), account("lead"), account("group"), account("shop", "group")],
        "contracts": [
            SIGNED, contract(2, "lead", starts_on=date(2025, 6, 1), ends_on=date(2025, 9, 1)),
            contract(3, "group", starts_on=date(2025, 7, 1)),
        ],
        "renewals": [row("renewals", date(2025, 8, 1), "lead", id="R1", movement="churn", noticed_on=date(2025, 8, 1), effective_on=date(2025, 9, 1))],
    }  # fmt: skip
    dates = [date(2025, month, 2) for month in (5, 6, 7, 9)]
    expected = [
        {"customer"}, {"customer", "lead"}, {"customer", "lead", "group", "shop"}, {"customer", "group", "shop"},
    ]  # fmt: skip
    with both(rows) as asked:
        for engine in asked:
            for results in (
                engine.scores(card(), dates),
                [engine.score(card(), on) for on in dates],
            ):
                assert [
                    {each.account_id for each in found.scores()} for found in results
                ] == expected


TEXT = """
keepwell: 1
name: page
least_coverage: 50 %
bands:
  - {name: Green, from: 70, means: healthy}
  - {name: Red, from: 0, means: at risk}
for: customers
health:
  - {measure: uses, table: usage, take: count, window: 28 days, weight: 1, points: {worst: 0, best: 10}, missing: skip}
"""


@pytest.mark.parametrize("text", POPULATIONS)
def test_a_card_says_whom_it_is_for(text: str) -> None:
    read = document.read(TEXT.replace("for: customers", f"for: {text}"), file="card", tables=TABLES)
    assert read.definition
    assert read.definition.population == POPULATIONS[text]
    written = document.write(read.definition)
    assert (f"for: {text}\n" in written) == (text != "customers")  # the default goes without saying
    assert document.read(written, file="card", tables=TABLES).definition == read.definition
    plain = document.read(TEXT, file="card", tables=TABLES).definition
    assert plain
    found = card_differences.between(plain, read.definition)
    assert [(each.field, each.after and each.after.value) for each in found] == (
        [] if text == "customers" else [("for", text)]
    )


@pytest.mark.parametrize("text", ["trials", "customers and former customers", "everybody"])
def test_any_other_population_is_a_fault_that_says_what_is_allowed(text: str) -> None:
    read = document.read(TEXT.replace("for: customers", f"for: {text}"), file="card", tables=TABLES)
    [fault] = read.faults
    assert (fault.code, fault.line, fault.path, fault.got) == ("C110", 8, "for", text)
    assert all(f"`{each}`" in fault.way_out for each in POPULATIONS)
    with pytest.raises(ValueError, match="customers"):
        customer.read(text)
