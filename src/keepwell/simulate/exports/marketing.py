"""This file exports what marketing collects: surveys, advocacy, newsletter opens and news."""

from __future__ import annotations

import json
from datetime import date, timedelta

from keepwell.simulate.exports.writer import ExportWriter, delimited, iso_date, whole_number
from keepwell.simulate.faults import Row

FAR_AHEAD_DAYS = 13_000  # as if somebody had typed 62 for 26


def export_surveys(writer: ExportWriter) -> None:
    """Write all surveys that were sent, whether or not they were answered."""
    header = (
        "answer", "date", "account", "survey", "score", "worst", "best", "role", "respondent",
        "comment",
    )  # fmt: skip
    rows = [
        [
            f"S-{each.id}",
            iso_date(each.day),
            writer.company.account_id(each.account),
            "NPS",
            whole_number(each.score),
            "0",
            "10",
            each.respondent.role,
            each.respondent.email,
            each.comment,
        ]
        for each in writer.company.surveys
    ]
    planter, file, new_ids = writer.planter, "surveys/nps.csv", iter(range(1, 9_999))

    def in_the_future(row: Row) -> Row:
        day = date.fromisoformat(row[1]) + timedelta(FAR_AHEAD_DAYS)
        return [f"S-0{next(new_ids)}", day.isoformat(), *row[2:]]

    planter.insert_broken_copies(file, "in_the_future", rows, in_the_future)
    planter.record_gaps(file, [row[4] for row in rows])  # most do not answer
    text = delimited(header, rows)
    ragged = [f"S-1{next(new_ids)},2026-03-02,FH-10001,NPS\n" for _ in range(planter.hundreds)]
    planter.record(file, "ragged", planter.hundreds)
    writer.write_text(file, text + "".join(ragged))


def export_campaigns(writer: ExportWriter) -> None:
    """Write advocacy, newsletter opens, and the news that marketing collects."""
    company, rng = writer.company, writer.world.rng("newsletter")
    advocacy = [
        [iso_date(each.day), company.account_id(each.account), each.kind, each.person.email]
        for each in company.advocacy
    ]
    writer.write_rows("marketing/advocacy.csv", ("date", "account", "act", "who"), advocacy)
    opens = [
        [iso_date(day), company.account_id(account), str(int(rng.poisson(1.5)))]
        for day in range(writer.world.first_day, writer.world.end_day, 14)
        for account in range(len(writer.accounts))
        if writer.accounts.started[account] < day < company.history.leave_day[account]
    ]
    writer.write_rows("marketing/newsletter.csv", ("sent", "account", "opens"), opens)
    news = [
        {
            "date": iso_date(each.day),
            "account": company.account_id(each.account),
            "about": each.kind,
            "direction": each.direction,
            "source": each.source,
            "headline": each.headline,
        }
        for each in company.signals
    ]
    writer.write_text("news/signals.json", json.dumps(news, indent=1) + "\n")
