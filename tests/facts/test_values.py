"""This file tests what each operation of a mapping does with a value, and for which reason it rejects one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.facts.harness import readings, stage, write

HEADER = "id,account,at,name,value\n"


def one(
    folder: Path,
    value: str,
    rule: str = "value",
    *,
    format: str = "{delimiter: ';'}",
    field: str = "value",
) -> object:
    """What becomes of one value: the value, or the reason of its rejection."""
    cells = {"id": "1", "account": "A-1", "at": "2026-01-31", "name": "x", "value": "1"} | {
        field: value
    }
    write(folder, ";".join(cells) + "\n" + ";".join(cells.values()) + "\n")
    done = stage(
        folder, readings(format=format, **({field: rule} if field in ("at", "value") else {}))
    )
    if rejected := done.rejected("reason, found"):
        assert rejected[0][1] in (value.strip(), "")
        return rejected[0][0]
    return done.rows(f'"{field}"')[0][0]


@pytest.mark.parametrize(
    ("written_as", "becomes"),
    [
        ("12.5", Decimal("12.5")), ("-3", Decimal("-3")), (" 7 ", Decimal("7")), ("1e3", Decimal("1000")),
        ("0.1234567", Decimal("0.123457")), ("999999999999.999999", Decimal("999999999999.999999")),
        ("1000000000000", "too_large"), ("-1e20", "too_large"), ("1,5", "not_a_number"), ("1.2.3", "not_a_number"),
        ("12 kg", "not_a_number"), ("NaN", "not_a_number"), ("inf", "not_a_number"), ("0x10", "not_a_number"), ("", "missing_required"),
        ("  ", "missing_required"),
    ],
)  # fmt: skip
def test_numbers(tmp_path: Path, written_as: str, becomes: object) -> None:
    assert one(tmp_path, written_as) == becomes


@pytest.mark.parametrize(
    ("written_as", "becomes"),
    [
        ("12,5", Decimal("12.5")), ("1.234,5", Decimal("1234.5")), ("1.234.567", Decimal("1234567")), ("1234,5", Decimal("1234.5")),
        ("1.23", "not_a_number"), ("1.5", "not_a_number"), ("12.34,5", "not_a_number"), ("1,2,3", "not_a_number"),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(tmp_path: Path, written_as: str, becomes: object) -> None:
    assert (
        one(tmp_path, written_as, format="{delimiter: ';', decimal: ',', thousands: '.'}")
        == becomes
    )


def test_a_point_is_not_a_decimal_mark_if_a_comma_is(tmp_path: Path) -> None:
    assert one(tmp_path, "1.5", format="{delimiter: ';', decimal: ','}") == "not_a_number"


@pytest.mark.parametrize(
    ("written_as", "becomes"),
    [
        ("2026-01-31", datetime(2026, 1, 31)), ("2026-01-31 14:05", datetime(2026, 1, 31, 14, 5)),
        ("2026-01-31T14:05:06", datetime(2026, 1, 31, 14, 5, 6)), ("2026-01-31T14:05:06.25", datetime(2026, 1, 31, 14, 5, 6, 250000)),
        ("2026-01-31T14:05:06Z", datetime(2026, 1, 31, 14, 5, 6)), ("2026-01-31T14:05+02:00", datetime(2026, 1, 31, 12, 5)),
        ("2026-01-31T14:05-02", datetime(2026, 1, 31, 16, 5)), ("2026-01-31 14:05:06+0530", datetime(2026, 1, 31, 8, 35, 6)),
        ("2026/01/31", datetime(2026, 1, 31)), ("31.01.2026", "not_a_date"), ("2026-02-30", "not_a_date"), ("26-01-31", "not_a_date"),
        ("2026-01-31 rubbish", "not_a_date"), ("2026-01-31 25:00", "not_a_date"), ("infinity", "not_a_date"), ("soon", "not_a_date"),
    ],
)  # fmt: skip
def test_moments(tmp_path: Path, written_as: str, becomes: object) -> None:
    assert one(tmp_path, written_as, "at", field="at") == becomes


@pytest.mark.parametrize(
    ("form", "written_as", "becomes"),
    [
        ("'%d-%m-%Y'", "01-02-2026", datetime(2026, 2, 1)), ("'%m/%d/%Y'", "01/02/2026", datetime(2026, 1, 2)),
        ("['%d.%m.%Y %H:%M', '%d.%m.%Y']", "1.2.2026", datetime(2026, 2, 1)),
        ("['%d.%m.%Y %H:%M', '%d.%m.%Y']", "1.2.2026 09:30", datetime(2026, 2, 1, 9, 30)),
        ("'%d-%m-%Y'", "2026-02-01", "not_a_date"), ("'%d-%m-%Y'", "01-02-26", "not_a_date"), ("unix", "1769868300", datetime(2026, 1, 31, 14, 5)),
        ("unix_ms", "1769868300000", datetime(2026, 1, 31, 14, 5)), ("unix", "99999999999999", "not_a_date"),
        ("'%Y-%m-%d %H:%M %z'", "2026-01-31 14:05 +0200", datetime(2026, 1, 31, 12, 5)),
    ],
)  # fmt: skip
def test_moments_with_a_format(tmp_path: Path, form: str, written_as: str, becomes: object) -> None:
    assert one(tmp_path, written_as, f"{{column: at, date: {form}}}", field="at") == becomes


@pytest.mark.parametrize(
    ("zone", "source", "at", "utc", "on"),
    [
        ("UTC", "", "2026-07-01 23:30", datetime(2026, 7, 1, 23, 30), date(2026, 7, 1)),
        ("Europe/Berlin", "", "2026-07-01 00:30", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
        ("Europe/Berlin", "", "2026-06-30T22:30:00Z", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
        ("Europe/Berlin", "UTC", "2026-06-30 22:30", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
        ("America/Los_Angeles", "UTC", "2026-07-01 05:00", datetime(2026, 7, 1, 5, 0), date(2026, 6, 30)),
        ("UTC", "Asia/Tokyo", "2026-07-01 05:00", datetime(2026, 6, 30, 20, 0), date(2026, 6, 30)),
    ],
)  # fmt: skip
def test_a_moment_is_kept_in_utc_and_its_day_is_the_workspaces(
    tmp_path: Path, zone: str, source: str, at: str, utc: datetime, on: date
) -> None:
    write(tmp_path, HEADER + f"1,A-1,{at},x,1\n")
    rule = f"{{column: at, zone: {source}}}" if source else "at"
    assert stage(tmp_path, readings(at=rule), zone=zone).rows('"at", "on"') == [(utc, on)]


def test_the_mappings_zone_holds_unless_a_field_has_its_own(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "1,A-1,2026-07-01 05:00,x,1\n")
    assert stage(tmp_path, "zone: Asia/Tokyo\n" + readings()).rows('"at"') == [
        (datetime(2026, 6, 30, 20, 0),)
    ]


FLAGS = """
sources:
  - file: r.csv
    table: tickets
    fields: {id: id, account_id: account, at: at, is_escalated: flag, priority: choice}
"""


def ticket(
    folder: Path, flag: str = "", choice: str = "", text: str = FLAGS
) -> tuple[object, ...] | str:
    write(folder, f"id,account,at,flag,choice\n1,A-1,2026-01-01,{flag},{choice}\n")
    done = stage(folder, text)
    rejected = done.rejected("reason")
    return str(rejected[0][0]) if rejected else done.rows("is_escalated, priority", "tickets")[0]


@pytest.mark.parametrize("word", ["yes", "TRUE", "t", "Y", "1", "on"])
def test_flags_that_say_yes(tmp_path: Path, word: str) -> None:
    assert ticket(tmp_path, word) == (True, None)


@pytest.mark.parametrize("word", ["no", "False", "F", "n", "0", "OFF"])
def test_flags_that_say_no(tmp_path: Path, word: str) -> None:
    assert ticket(tmp_path, word) == (False, None)


def test_flags_that_say_neither(tmp_path: Path) -> None:
    assert ticket(tmp_path, "perhaps") == "not_a_flag"
    assert ticket(tmp_path, "") == (None, None)


def test_choices_are_known_however_they_are_written(tmp_path: Path) -> None:
    text = FLAGS.replace("tickets", "contracts").replace(
        "at: at, is_escalated: flag, priority: choice", "starts_on: at, kind: choice"
    )
    for word in ("one-off", "One Off", "ONE_OFF"):
        write(tmp_path, f"id,account,at,choice\n1,A-1,2026-01-01,{word}\n")
        assert stage(tmp_path, text).rows("kind", "contracts") == [("one-off",)]
    assert ticket(tmp_path, choice="medium") == "unknown_choice"


@pytest.mark.parametrize(
    ("rule", "written_as", "becomes"),
    [
        ("values: {medium: normal}", "Medium", "normal"), ("values: {medium: normal}", "high", "high"), ("values: {medium: normal}", "odd", "unknown_choice"),
        ("values: {medium: normal}, otherwise: reject", "high", "unknown_value"), ("values: {medium: normal}, otherwise: low", "odd", "low"),
        ("values: {medium: normal}, otherwise: missing", "odd", None), ("values: {odd: ~}", "odd", None), ("values: {'': low}", "", "low"),
        ("values: {medium: normal}, otherwise: reject", "", None),
    ],
)  # fmt: skip
def test_values_are_translated(
    tmp_path: Path, rule: str, written_as: str, becomes: str | None
) -> None:
    found = ticket(
        tmp_path,
        choice=written_as,
        text=FLAGS.replace("priority: choice", f"priority: {{column: choice, {rule}}}"),
    )
    assert found == (becomes if isinstance(found, str) else (None, becomes))


def test_a_constant_fills_every_row(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "1,A-1,2026-01-01,x,1\n2,A-1,2026-01-02,x,2\n")
    text = readings(value="{constant: 7.5}", at="{constant: 2026-03-01}")
    assert (
        stage(tmp_path, text).rows('value, "at", "on"')
        == [(Decimal("7.5"), datetime(2026, 3, 1), date(2026, 3, 1))] * 2
    )


def test_a_number_is_multiplied(tmp_path: Path) -> None:
    assert one(tmp_path, "2.5", "{column: value, times: 12}") == Decimal("30")
    assert one(tmp_path, "900000000000", "{column: value, times: 12}") == "too_large"


def test_a_made_id_depends_on_its_columns_alone(tmp_path: Path) -> None:
    text = readings().replace("id: id", "id: {make: [account, at]}")
    write(tmp_path, HEADER + "1,A-1,2026-01-01,x,1\n2,A-1,2026-01-01,y,2\n3,A-2,2026-01-01,x,1\n")
    first, second, third = (key for (key,) in stage(tmp_path, text).rows("id"))
    assert first == second != third
    assert len(first) == 12


def test_an_empty_cell_is_no_part_of_its_neighbour_in_a_made_id(tmp_path: Path) -> None:
    text = readings().replace("id: id", "id: {make: [name, account, value]}")
    write(tmp_path, HEADER + "1,A-1,2026-01-01,A-1,1\n2,A-1,2026-01-01,A-1A,1\n")
    assert len({key for (key,) in stage(tmp_path, text).rows("id")}) == 2


def test_numbered_rows_that_are_identical_are_separate_rows(tmp_path: Path) -> None:
    text = readings().replace("id: id", "id: {make: [account, at], numbered: yes}")
    write(tmp_path, HEADER + "1,A-1,2026-01-01,x,1\n" * 3 + "2,A-2,2026-01-01,x,1\n")
    ids = [key for (key,) in stage(tmp_path, text).rows("id")]
    assert len(set(ids)) == 4
    assert ids == [key for (key,) in stage(tmp_path, text).rows("id")], (
        "the same file gives the same ids"
    )
    write(tmp_path, HEADER + "2,A-2,2026-01-01,x,1\n" + "1,A-1,2026-01-01,x,1\n" * 2)
    assert {key for (key,) in stage(tmp_path, text).rows("id")} < set(ids), (
        "wherever they stand in a file"
    )


LOOKUP = "{column: name, lookup: {file: subs.csv, match: sub, take: number}}"


def test_a_value_is_looked_up_in_another_file(tmp_path: Path) -> None:
    write(tmp_path, "sub,number\nS1,10\nS2,20\nS2,20\nS3,1\nS3,2\n", "subs.csv")
    write(
        tmp_path,
        HEADER
        + "1,A-1,2026-01-01,S2,\n2,A-1,2026-01-01,S9,\n3,A-1,2026-01-01,S3,\n4,A-1,2026-01-01,S1,\n",
    )
    done = stage(tmp_path, readings(value=LOOKUP))
    assert done.rows("line, value") == [(2, Decimal(20)), (5, Decimal(10))]
    assert done.rejected("line, field, reason, found, expected") == [
        (3, "value", "no_match", "S9", "a row of subs.csv with this sub"),
        (4, "value", "ambiguous_match", "S3", "one row of subs.csv with this sub"),
    ]


def test_a_lookup_may_pick_among_several(tmp_path: Path) -> None:
    write(tmp_path, "sub,number\nS3,1\nS3,2\n", "subs.csv")
    write(tmp_path, HEADER + "3,A-1,2026-01-01,S3,\n")
    assert stage(
        tmp_path, readings(value=LOOKUP.replace("number}", "number, pick: highest}"))
    ).rows("value") == [(Decimal(2),)]


def test_a_lookup_without_its_file_or_column_is_reported(tmp_path: Path) -> None:
    from keepwell.facts.readers import Unreadable

    write(tmp_path, HEADER + "1,A-1,2026-01-01,S2,\n")
    with pytest.raises(Unreadable, match=r"lookup: there is no file `subs.csv`"):
        stage(tmp_path, readings(value=LOOKUP))
    write(tmp_path, "subs,number\nS1,10\n", "subs.csv")
    with pytest.raises(Unreadable, match=r"subs.csv has no column `sub`. Did you mean `subs`"):
        stage(tmp_path, readings(value=LOOKUP))


def test_columns_become_rows(tmp_path: Path) -> None:
    text = """
sources:
  - file: r.csv
    table: readings
    unpivot: {columns: [logins, exports], name: what, value: times}
    fields: {id: {make: [account, day, what]}, account_id: account, at: day, name: what, value: times}
"""
    write(
        tmp_path,
        "account,day,logins,exports\nA-1,2026-01-01,3,\nA-1,2026-01-02,4,5\nA-9,2026-01-02,1,many\n",
    )
    done = stage(tmp_path, text)
    assert done.rows("line, name, value::INTEGER") == [
        (2, "logins", 3),
        (3, "logins", 4),
        (3, "exports", 5),
    ]
    assert sorted(done.rejected("line, reason, found")) == [
        (4, "not_a_number", "many"),
        (4, "unknown_account", "A-9"),
    ]
    assert done.received == 5, "an empty cell is no row"


def test_a_row_of_an_unknown_account_is_rejected(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "1,A-9,2026-01-01,x,1\n")
    assert stage(tmp_path, readings()).rejected() == [(2, "account_id", "unknown_account", "A-9")]


def test_a_row_is_rejected_once_for_its_first_fault(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "1,A-9,soon,,many\n")
    assert stage(tmp_path, readings()).rejected() == [(2, "at", "not_a_date", "soon")]


def test_the_day_of_the_import_is_the_workspaces_own(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "1,A-1,2026-01-01,x,1\n")
    late = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)
    assert stage(tmp_path, readings(), zone="Asia/Tokyo", at=late).rows("known_on") == [
        (date(2026, 6, 2),)
    ]


LONG = ", ".join(f"c{n}: Name {n}" for n in range(15_000))


@pytest.mark.parametrize("values", ["c1: Name 1, c2: ~, '': none", LONG + ", c2x: ~, '': none"])
@pytest.mark.parametrize(
    ("otherwise", "unknown"),
    [("keep", "C9x"), ("missing", None), ("other", "other"), ("reject", "unknown_value")],
)
def test_a_value_map_of_any_length_means_the_same(
    tmp_path: Path, values: str, otherwise: str, unknown: str | None
) -> None:
    cells = {"C1": "Name 1", "C9x": unknown, "": "none", "c2x" if "c2x" in values else "c2": None}
    lines = [f"{n},A-1,2026-01-31,{cell},1\n" for n, cell in enumerate(cells)]
    write(tmp_path, HEADER + "".join(lines))
    rule = f"{{column: name, otherwise: {otherwise}, values: {{{values}}}}}"
    done = stage(tmp_path, readings().replace("name: name", f"name: {rule}"))
    found: dict[str, object] = {row[0]: row[1] for row in done.rows("id, name")}
    # The name of a reading must be there, so one that becomes missing is rejected for that.
    found |= {str(line - 2): reason for line, reason in done.rejected("line, reason")}
    wanted = ["missing_required" if name is None else name for name in cells.values()]
    assert [found[str(n)] for n in range(len(cells))] == wanted
    assert all(len(expected) < 1_000 for (expected,) in done.rejected("expected"))


def test_a_long_value_map_translates_what_a_lookup_gave_and_keeps_the_lines(tmp_path: Path) -> None:
    write(tmp_path, "key,code\nk1,C1\nk2,C7\n", "codes.csv")
    write(
        tmp_path, HEADER + "1,A-1,2026-01-31,k1,1\n2,A-9,2026-01-31,k1,1\n3,A-1,2026-01-31,k2,1\n"
    )
    rule = (
        f"{{column: name, lookup: {{file: codes.csv, match: key, take: code}}, values: {{{LONG}}}}}"
    )
    done = stage(tmp_path, readings().replace("name: name", f"name: {rule}"))
    assert (done.rows("name, line"), done.rejected("line")) == (
        [("Name 1", 2), ("Name 7", 4)],
        [(3,)],
    )
