"""This file holds three measures over millions of events against plain SQL on the files, written without looking at ours."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from keepwell.app.actions import imports, scores
from keepwell.app.queries import evidence
from tests import installations
from tests.cast import ANA, VIEWER
from tests.conftest import EVERYTHING
from tests.outside import ROOT, outside

NOON = datetime(2023, 7, 3, 12, tzinfo=UTC)
AS_OF = date(2023, 7, 1)

# The last 28 days are those of June from the 3rd on. Seats are those of the "users" lines that run on the 30th of June.
BY_HAND = """
WITH used AS (
  SELECT account_id, count(DISTINCT user_id) AS users, count(DISTINCT event_type_id) AS features
  FROM read_parquet('{folder}/event_raw_2023q2.parquet')
  WHERE event_time >= TIMESTAMP '2023-06-03 00:00:00' AND event_time < TIMESTAMP '2023-07-01 00:00:00'
  GROUP BY account_id),
seats AS (
  SELECT account_id, sum(quantity) AS seats FROM read_csv('{folder}/subscription.csv')
  WHERE units = 'users' AND start_date <= DATE '2023-06-30' AND end_date > DATE '2023-06-30'
  GROUP BY account_id)
SELECT account_id::VARCHAR, coalesce(users, 0) AS active_users, coalesce(features, 0) AS feature_breadth,
  CASE WHEN seats > 0 THEN coalesce(users, 0) / seats END AS seats_in_use
FROM read_csv('{folder}/account.csv') LEFT JOIN used USING (account_id) LEFT JOIN seats USING (account_id)
"""


# Millions of rows: at night and by hand. Each of these measures has a page of the book, and plain SQL in the benchmarks.
@pytest.mark.skipif(not EVERYTHING, reason="millions of rows: `just whole`")
def test_utilisation_active_users_and_breadth_are_those_of_plain_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = outside("churnsim_crm5")
    shutil.copytree(
        ROOT / "examples/churnsim", tmp_path / "workspace", ignore=shutil.ignore_patterns("data")
    )
    installation = installations.serve(tmp_path / "workspace")
    summary = imports.run(installation=installation, paths=folder, by=ANA, at=NOON)
    assert (summary.received, summary.accepted, summary.rejected) == (3_729_080, 3_729_080, 0)

    card = (installation.folder / "card.yaml").read_text()
    run = scores.run(installation=installation, as_of=AS_OF, by=ANA, at=NOON, definition=card)
    found = evidence.measures(VIEWER, installation, run).to_pylist()
    ours = {(line["account_id"], line["measure"]): line for line in found}

    rows = duckdb.sql(BY_HAND.format(folder=folder)).fetchall()
    assert len(rows) == 829
    young = 0
    for account_id, active_users, breadth, in_use in rows:
        line = ours[account_id, "active_users"]
        if line["missing"] == "too_young":  # began in June: a full window has not gone by
            young += 1
            continue
        assert line["value"] == active_users
        assert ours[account_id, "feature_breadth"]["value"] == breadth
        utilisation = ours[account_id, "seats_in_use"]
        assert utilisation["value"] == (None if in_use is None else pytest.approx(in_use, abs=1e-9))
        assert utilisation["missing"] == ("undefined" if in_use is None else None)
    began_in_june = duckdb.sql(f"""SELECT count(*) FROM (SELECT account_id, min(start_date) AS began
        FROM read_csv('{folder}/subscription.csv') GROUP BY 1) WHERE began > DATE '2023-06-03'""").fetchall()[
        0
    ][0]
    assert young == began_in_june
