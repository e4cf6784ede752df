"""This file holds which accounts could use a key feature, which do, and what is said of those that do not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from keepwell.app.actions import loads
from keepwell.app.installation import Installation
from keepwell.app.queries import features
from keepwell.app.queries.usage import NoUsage
from keepwell.app.viewers import Viewer
from tests.app.test_usage import NEWEST, TODAY, load, used
from tests.cast import ANA, NOON, VIEWER, Import, Row, account, line


def feature(name: str, **more: Any) -> Row:
    return {"feature": name, "is_key": True, "valid_from": date(2026, 1, 1), **more}


def company(
    *usage: Row, keys: tuple[Row, ...] = (feature("export"),), covers: str = "all"
) -> Import:
    """Four accounts of which one has left, with some usage."""
    brought = Import(covers=covers)
    brought.rows("accounts", *(account(f"A-{n}") for n in range(1, 5)))
    brought.rows("contracts", *(line(f"L-{n}", f"A-{n}") for n in range(1, 4)), line("L-4", "A-4", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 1)))  # fmt: skip
    return brought.rows("features", *keys).rows("usage", *usage)


def only(installation: Installation, name: str = "export") -> features.FeatureUse:
    return features.portfolio(VIEWER, installation, TODAY).feature(name)


def flags(use: features.FeatureUse) -> list[tuple[str, str, date | None, int]]:
    return [(flag.account_id, flag.cause, flag.last_on, flag.days_used) for flag in use.flags]


@pytest.mark.both_databases
def test_each_account_that_could_uses_it_or_has_a_flag_with_its_cause(
    installation: Installation,
) -> None:
    brought = company(
        used("mia", 0), used("jo", 27),
        used("ned", 28, account_id="A-2"), used("ned", 90, account_id="A-2"),
        used("eve", 60, account_id="A-3"), used("kit", 60, account_id="A-3"),
        used("bob", 0, account_id="A-4"),
    )  # fmt: skip
    load(installation, brought)
    found = features.portfolio(VIEWER, installation, TODAY)
    assert (found.newest_on, found.accounts, found.left_out) == (NEWEST, 3, 1)
    use = only(installation)
    assert (use.could, use.using, use.users, use.window_days) == (3, 1, 2, 28)
    assert use.share == pytest.approx(1 / 3)
    assert flags(use) == [
        ("A-3", "tried once", NEWEST - timedelta(days=60), 1),
        ("A-2", "given up", NEWEST - timedelta(days=28), 2),
    ]
    assert [use.count(cause) for cause in features.CAUSES] == [0, 1, 1]


def test_an_account_that_is_covered_and_silent_has_never_tried_it(
    installation: Installation,
) -> None:
    load(installation, company(used("mia", 0)))
    assert flags(only(installation)) == [("A-2", "never tried", None, 0), ("A-3", "never tried", None, 0)]  # fmt: skip


def test_an_account_whose_usage_is_not_covered_is_not_counted(installation: Installation) -> None:
    load(installation, company(used("mia", 0), used("jo", 0, "other", account_id="A-2"), covers="named"))  # fmt: skip
    use = only(installation)
    assert (use.could, [flag.account_id for flag in use.flags]) == (2, ["A-2"])


def test_a_use_counts_for_as_long_as_the_rhythm_of_the_feature_says(
    installation: Installation,
) -> None:
    keys = tuple(feature(rhythm, rhythm=rhythm) for rhythm in ("daily", "weekly", "monthly", "yearly"))  # fmt: skip
    ago = {"daily": 6, "weekly": 13, "monthly": 61, "yearly": 729}
    rows = [used("mia", days, rhythm) for rhythm, days in ago.items()]
    rows += [used("jo", days + 1, rhythm, account_id="A-2") for rhythm, days in ago.items()]
    rows += [used("jo", days + 2, rhythm, account_id="A-2") for rhythm, days in ago.items()]
    load(installation, company(*rows, used("mia", 0, "other"), keys=keys))
    for each in features.portfolio(VIEWER, installation, TODAY).features:
        assert (each.using, each.users, each.count("given up")) == (1, 1, 1), each.feature


def test_who_did_not_buy_the_product_could_not(installation: Installation) -> None:
    brought = Import().rows("accounts", *(account(f"A-{n}") for n in range(1, 4)))
    brought.rows(
        "contracts",
        line("L-1", "A-1", product="Core"),
        line("L-2", "A-2", product="Plus"),
        line("L-3", "A-3", product="Plus"),
        line("L-0", "A-3", product="Core", ends_on=date(2026, 2, 1)),
    )
    keys = (feature("export", product="Core"), feature("graph", product="Cloud"))
    brought.rows("features", *keys).rows("usage", used("mia", 0))
    load(installation, brought)
    assert (only(installation).could, only(installation).using) == (1, 1)
    assert only(installation, "graph").could == 3, "contracts do not speak of this product"


def test_only_key_features_of_today_are_looked_at(installation: Installation) -> None:
    keys = (
        feature("export"),
        feature("minor", is_key=False),
        feature("unsaid", is_key=None),
        feature("gone", retired_on=NEWEST),
        feature("going", retired_on=NEWEST + timedelta(days=1)),
        feature("new", released_on=NEWEST),
        feature("next", released_on=NEWEST + timedelta(days=1)),
        feature("demoted"),
        feature("demoted", is_key=False, valid_from=date(2026, 2, 1)),
    )
    load(installation, company(used("mia", 0), keys=keys))
    found = features.portfolio(VIEWER, installation, TODAY).features
    assert [each.feature for each in found] == ["going", "new", "export"], "the least used first"


def test_a_group_uses_the_product_through_the_accounts_below_it(
    installation: Installation,
) -> None:
    brought = Import().rows("accounts", account("G-1"), account("A-1", parent_id="G-1"), account("A-2", parent_id="A-1"))  # fmt: skip
    brought.rows("features", feature("export")).rows("usage", used("mia", 0))
    load(installation, brought)
    use = only(installation)
    assert (use.could, use.using, [flag.account_id for flag in use.flags]) == (2, 1, ["A-2"])


def test_a_feed_that_is_late_makes_no_account_give_up(installation: Installation) -> None:
    load(installation, company(used("mia", 0)))
    late = Import(feed="us", covers="named")
    late.rows(
        "usage", used("eve", 40, account_id="A-2"), used("eve", 50, "other", account_id="A-2")
    )
    load(installation, late)
    use = only(installation)
    assert (use.using, [flag.account_id for flag in use.flags]) == (2, ["A-3"])


def test_usage_that_names_nobody_is_use_all_the_same(installation: Installation) -> None:
    load(installation, company(used(None, 0)))
    assert (only(installation).using, only(installation).users) == (1, 0)


def test_without_usage_or_key_features_there_is_nothing_to_say(
    installation: Installation,
) -> None:
    with pytest.raises(NoUsage):
        features.portfolio(VIEWER, installation, TODAY)
    load(installation, company(used("mia", 0), keys=(feature("export", is_key=False),)))
    with pytest.raises(features.NoKeyFeatures) as none:
        features.portfolio(VIEWER, installation, TODAY)
    assert none.value.code == "U102"
    again = Import().rows("features", feature("export", valid_from=date(2026, 2, 1)))
    loads.load(again.stage, con=again.con, installation=installation, by=ANA, at=NOON)
    with pytest.raises(features.NoSuchFeature, match="Did you mean `export`") as error:
        only(installation, "exprt")
    assert error.value.code == "U103"


def test_whoever_may_see_no_account_counts_none(installation: Installation) -> None:
    load(installation, company(used("mia", 0)))
    found = features.portfolio(Viewer("cleo"), installation, TODAY)
    assert (found.accounts, found.features[0].could, found.features[0].flags) == (0, 0, ())
