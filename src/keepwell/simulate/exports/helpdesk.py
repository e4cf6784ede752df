"""This file exports tickets as a help desk does, one nested object a line."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from keepwell.simulate.exports.writing import Exports, moment
from keepwell.simulate.faults import Row
from keepwell.simulate.tickets import Ticket
from keepwell.simulate.words import comments

COMMENTED = 0.35


def helpdesk(exports: Exports) -> None:
    """One JSON object a line, nested as help desks nest."""
    company, file = exports.company, "helpdesk/tickets.ndjson"
    words, found = exports.world.dice("words of ratings"), []
    for each in company.tickets:
        found.append({
            "id": each.id, "organization": company.id(each.account), "created_at": moment(each.minute),
            "solved_at": None if each.solved_minute is None else moment(each.solved_minute), "priority": each.priority,
            "escalated": each.is_escalated, "reply_minutes": each.reply_minutes, "subject": each.subject,
            "requester": {"email": each.requester.email}, **_rating(each, words),
        })  # fmt: skip
    exports.planter.note_gaps(file, [each.satisfaction for each in company.tickets])
    texts = [[json.dumps(each, ensure_ascii=False)] for each in found]
    numbers = iter(range(1, 9_999))

    def spoilt(key: str, value: str) -> Callable[[Row], Row]:
        return lambda row: [
            json.dumps({**json.loads(row[0]), "id": next(numbers), key: value}, ensure_ascii=False)
        ]

    exports.planter.spoil(file, "unknown_account", texts, spoilt("organization", "FH-00404"), 2)
    exports.planter.spoil(file, "unknown_choice", texts, spoilt("priority", "blocker"))
    exports.planter.spoil(file, "not_json", texts, lambda row: [row[0][:60]])
    exports.text(file, "".join(f"{line}\n" for (line,) in texts))


def _rating(ticket: Ticket, words: np.random.Generator) -> dict[str, object]:
    """What the one who asked made of the answer; words only where somebody took the time."""
    if ticket.satisfaction is None:
        return {}
    rating: dict[str, object] = {"score": ticket.satisfaction}
    if words.random() < COMMENTED:
        rating["comment"] = comments.survey("csat", ticket.satisfaction, "", "", words)
    return {"satisfaction": rating}
