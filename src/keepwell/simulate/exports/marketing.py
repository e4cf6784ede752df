"""This file exports what marketing knows: whom it asked in surveys, who recommends us, who opens newsletters, what the press tells."""

from __future__ import annotations

import json
from datetime import date, timedelta

from keepwell.simulate.exports.writing import Exports, delimited, iso, whole
from keepwell.simulate.faults import Row

FAR_AHEAD_DAYS = 13_000  # as by a slip of the fingers: years that end on 62 instead of 26


def surveys(exports: Exports) -> None:
    """Everybody who was asked, whether or not they answered."""
    rows = [
        [f"S-{each.id}", iso(each.day), exports.company.id(each.account), "NPS", whole(each.score), "0", "10",
         each.respondent.role, each.respondent.email, each.comment]
        for each in exports.company.surveys
    ]  # fmt: skip
    file, numbers = "surveys/nps.csv", iter(range(1, 9_999))

    def answered_early(row: Row) -> Row:
        return [
            f"S-0{next(numbers)}",
            (date.fromisoformat(row[1]) + timedelta(FAR_AHEAD_DAYS)).isoformat(),
            *row[2:],
        ]

    exports.planter.spoil(file, "in_the_future", rows, answered_early)
    exports.planter.note_gaps(file, [row[4] for row in rows])  # most do not answer
    text = delimited(
        (
            "answer",
            "date",
            "account",
            "survey",
            "score",
            "worst",
            "best",
            "role",
            "respondent",
            "comment",
        ),
        rows,
    )
    ragged = "".join(
        f"S-1{next(numbers)},2026-03-02,FH-10001,NPS\n" for _ in range(exports.planter.each)
    )
    exports.planter.note(file, "ragged", exports.planter.each)
    exports.text(file, text + ragged)


def marketing(exports: Exports) -> None:
    company, dice = exports.company, exports.world.dice("newsletter")
    exports.write("marketing/advocacy.csv", ("date", "account", "act", "who"), [
        [iso(each.day), company.id(each.account), each.act, each.person.email] for each in company.advocacy
    ])  # fmt: skip
    opens = [
        [iso(on), company.id(who), str(int(dice.poisson(1.5)))]
        for on in range(exports.world.first_day, exports.world.end_day, 14) for who in range(len(exports.accounts))
        if exports.accounts.started[who] < on < company.life.left[who]
    ]  # fmt: skip
    exports.write("marketing/newsletter.csv", ("sent", "account", "opens"), opens)
    news = [
        {"date": iso(each.day), "account": company.id(each.account), "about": each.kind, "direction": each.direction, "source": each.source, "headline": each.headline}
        for each in company.signals
    ]  # fmt: skip
    exports.text("news/signals.json", json.dumps(news, indent=1) + "\n")
