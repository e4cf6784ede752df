"""This file tests the main job on the starter company: its files are imported, and every story shows in the scores."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.cli.conftest import AS_OF, STARTER, Answer, Terminal


def scores_of(terminal: Terminal) -> dict[str, dict[str, Any]]:
    return {
        row["account_id"]: row for row in terminal.type("scores", "--as-of", AS_OF, "--json").json
    }


def measures_of(tree: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if tree["kind"] == "measure":
        return {tree["name"]: tree}
    return {name: found for child in tree["children"] for name, found in measures_of(child).items()}


def explained(terminal: Terminal, account: str) -> dict[str, dict[str, Any]]:
    tree = terminal.type("explain", account, "--as-of", AS_OF, "--json").json["tree"]
    return measures_of(tree)


def test_every_row_is_accepted_repeated_or_rejected(imported: tuple[Terminal, Answer]) -> None:
    summary = imported[1].json
    for each in [summary, *summary["sources"]]:
        assert each["received"] == each["accepted"] + each["repeated"] + each["rejected"]
    rows = sum(
        len(file.read_text(encoding="utf-8").splitlines()) - 1
        for file in (STARTER / "exports").glob("*.csv")
    )
    workspaces = (
        len((STARTER / "exports/product_workspaces.csv").read_text(encoding="utf-8").splitlines())
        - 1
    )
    assert summary["received"] == rows - workspaces  # that file is only looked up in


def test_the_faults_in_the_files_are_found(imported: tuple[Terminal, Answer]) -> None:
    found = {
        each["file"]: (each["repeated"], each["rejected_by_reason"])
        for each in imported[1].json["sources"]
    }
    assert found["product_usage.csv"] == (1, {"no_match": 2, "not_a_date": 1, "not_a_number": 1})
    assert found["helpdesk_tickets.csv"] == (1, {"not_a_date": 1})
    assert found["survey_answers.csv"] == (0, {"not_a_number": 1})
    assert found["crm_meetings.csv"] == (
        0,
        {"not_a_date": 1, "unknown_choice": 1, "unknown_account": 1},
    )


def test_suspicious_rows_get_a_warning(imported: tuple[Terminal, Answer]) -> None:
    warnings = {
        each["code"]: (each["count"], each["examples"]) for each in imported[1].json["warnings"]
    }
    assert warnings["usage_before_account"] == (1, ["A-108"])
    assert warnings["overlapping_lines"] == (1, ["L-3017"])
    assert (
        "decision_without_churned" not in warnings
    )  # Meridian has decided, and leaves with the year


def test_a_rejected_row_is_listed_with_its_own_line(imported: tuple[Terminal, Answer]) -> None:
    terminal, said = imported
    with (terminal.folder / said.json["rejects"]).open(encoding="utf-8", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert len(rejected) == said.json["rejected"]
    for row in rejected:
        text = (STARTER / "exports" / row["file"]).read_text(encoding="utf-8").splitlines()
        assert row["found"] in text[int(row["line"]) - 1], row


def test_the_same_files_again_change_nothing(own: Terminal) -> None:
    again = own.type("import", str(own.folder / "exports"), "--json").json
    assert (again["batch"], again["accepted"]) == (None, 0)
    assert again["repeated"] + again["rejected"] == again["received"]


def test_who_has_left_is_no_customer_and_is_said_to_be_left_out(starter: Terminal) -> None:
    # Juniper's only line ended on 1 September, and Juniper had said so before.
    answer = starter.type("explain", "A-130", "--as-of", AS_OF)
    said = "is a former customer: its last recurring line ended on 2026-08-31. "
    assert (answer.code, said in " ".join(answer.err.split())) == (1, True)
    assert (
        f"Not customers on {AS_OF}: 2 accounts (--all lists them)."
        in starter.type("scores", "--as-of", AS_OF).out
    )


def test_all_customers_are_scored(starter: Terminal) -> None:
    assert len(scores_of(starter)) == 28


@pytest.mark.parametrize(
    ("account", "band"),
    [
        ("A-101", "Green"),  # Harbour Books thrives
        ("A-102", "Red"),  # Brightwater Clinics has gone dark
        ("A-104", "Amber"),  # Northgate Logistics has lost its sponsor
        ("A-110", "Green"),  # Greenhill has a site licence
        ("A-121", "Red"),  # Meridian has given notice
    ],
)
def test_a_story_is_seen_in_the_band(starter: Terminal, account: str, band: str) -> None:
    assert scores_of(starter)[account]["band"] == band


def test_an_account_that_went_dark_falls_by_more_than_forty_points(starter: Terminal) -> None:
    assert scores_of(starter)["A-102"]["trend"] < -40


def test_an_account_of_three_weeks_does_not_have_enough_data(starter: Terminal) -> None:
    row = scores_of(starter)["A-108"]
    assert (row["score"], row["band"], row["status"]) == (None, None, "not enough data")


def test_a_site_licence_has_no_seats_in_use_and_is_scored_without(starter: Terminal) -> None:
    seats = explained(starter, "Greenhill")["seats_in_use"]
    assert (seats["value"], seats["missing"], seats["effective_weight"]) == (None, "undefined", 0)


def test_more_users_than_seats_are_shown_as_they_are(starter: Terminal) -> None:
    seats = explained(starter, "Oakline")["seats_in_use"]
    assert seats["value"] > 1
    assert seats["points"] == 100


def test_a_sponsor_who_left_is_no_sponsor(starter: Terminal) -> None:
    sponsor = explained(starter, "A-104")["sponsor"]
    assert (sponsor["value"], sponsor["missing"]) == (0, None)


def test_the_contributions_below_add_up_to_the_score(starter: Terminal) -> None:
    def check(branch: dict[str, Any]) -> None:
        if branch["children"]:
            assert sum(child["contribution"] for child in branch["children"]) == pytest.approx(
                branch["contribution"], abs=1e-9
            )
        for child in branch["children"]:
            check(child)

    for row in scores_of(starter).values():
        tree = starter.type("explain", row["account_id"], "--as-of", AS_OF, "--json").json["tree"]
        check(tree)
        if row["score"] is not None:
            assert sum(
                each["contribution"] for each in measures_of(tree).values()
            ) == pytest.approx(row["score"], abs=1e-9)


def test_no_name_and_no_address_is_in_a_data_file(starter: Terminal) -> None:
    data_files = list((starter.folder / "data").rglob("*.parquet"))
    assert data_files
    for data_file in data_files:
        assert b"maeve.corrigan" not in data_file.read_bytes()
        assert b"Harbour Books" not in data_file.read_bytes()


def test_status_says_which_lists_of_rejected_rows_there_are(starter: Terminal) -> None:
    found = starter.type("status", "--json").json
    lists = sorted((starter.folder / "data/rejects").iterdir())
    assert found["rejects"]["files"] == len(lists) > 0
    assert found["rejects"]["bytes"] == sum(each.stat().st_size for each in lists)
    assert found["rejects"]["oldest"][:10] == lists[0].name[:10]
    assert found["intake"] == {"waiting": 0}
    assert (
        f" of rejected rows in data/rejects, the oldest of {lists[0].name[:10]}; an import removes them after 90 days."
        in starter.type("status").out
    )
