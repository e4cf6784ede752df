"""This file exports tickets as a help desk does, one nested object a line."""

from __future__ import annotations

import json
from collections.abc import Callable

from keepwell.simulate.exports.writing import Exports, moment
from keepwell.simulate.faults import Row


def helpdesk(exports: Exports) -> None:
    """One JSON object a line, nested as help desks nest."""
    company, file = exports.company, "helpdesk/tickets.ndjson"
    found = []
    for each in company.tickets:
        satisfaction = {} if each.satisfaction is None else {"satisfaction": {"score": each.satisfaction}}
        found.append({
            "id": each.id, "organization": company.id(each.account), "created_at": moment(each.minute),
            "solved_at": None if each.solved_minute is None else moment(each.solved_minute), "priority": each.priority,
            "escalated": each.is_escalated, "reply_minutes": each.reply_minutes, "subject": each.subject,
            "requester": {"email": each.requester.email}, **satisfaction,
        })  # fmt: skip
    exports.planter.note(file, "mostly_empty", sum(1 for each in company.tickets if each.satisfaction is None))
    texts = [[json.dumps(each, ensure_ascii=False)] for each in found]
    numbers = iter(range(1, 9_999))

    def spoilt(key: str, value: str) -> Callable[[Row], Row]:
        return lambda row: [json.dumps({**json.loads(row[0]), "id": next(numbers), key: value}, ensure_ascii=False)]

    exports.planter.spoil(file, "unknown_account", texts, spoilt("organization", "FH-00404"), 2)
    exports.planter.spoil(file, "unknown_choice", texts, spoilt("priority", "blocker"))
    exports.planter.spoil(file, "not_json", texts, lambda row: [row[0][:60]] if '"' in row[0][:60] else row)
    exports.text(file, "".join(f"{line}\n" for (line,) in texts))
