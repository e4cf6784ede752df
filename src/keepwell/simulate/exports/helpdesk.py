"""This file exports tickets as a help desk does: one nested JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from keepwell.simulate.exports.writer import ExportWriter, iso_time
from keepwell.simulate.faults import Row
from keepwell.simulate.tickets import Ticket
from keepwell.simulate.words import comments

COMMENTED = 0.35  # share of ratings with a comment


def export(writer: ExportWriter) -> None:
    """Write the tickets."""
    company, planter, file = writer.company, writer.planter, "helpdesk/tickets.ndjson"
    text_rng = writer.world.rng("words of ratings")
    objects = [
        {
            "id": each.id,
            "organization": company.account_id(each.account),
            "created_at": iso_time(each.minute),
            "solved_at": None if each.solved_minute is None else iso_time(each.solved_minute),
            "priority": each.priority,
            "escalated": each.is_escalated,
            "reply_minutes": each.reply_minutes,
            "subject": each.subject,
            "requester": {"email": each.requester.email},
            **_rating(each, text_rng),
        }
        for each in company.tickets
    ]
    planter.record_gaps(file, [each.satisfaction for each in company.tickets])
    rows = [[json.dumps(each, ensure_ascii=False)] for each in objects]
    new_ids = iter(range(1, 9_999))

    def replacing(key: str, value: str) -> Callable[[Row], Row]:
        return lambda row: [
            json.dumps({**json.loads(row[0]), "id": next(new_ids), key: value}, ensure_ascii=False)
        ]

    planter.insert_broken_copies(
        file, "unknown_account", rows, replacing("organization", "FH-00404"), 2
    )
    planter.insert_broken_copies(file, "unknown_choice", rows, replacing("priority", "blocker"))
    planter.insert_broken_copies(file, "not_json", rows, lambda row: [row[0][:60]])
    writer.write_text(file, "".join(f"{line}\n" for (line,) in rows))


def _rating(ticket: Ticket, text_rng: np.random.Generator) -> dict[str, object]:
    """Return the requester's rating, sometimes with a comment; nothing where they gave none."""
    if ticket.satisfaction is None:
        return {}
    rating: dict[str, object] = {"score": ticket.satisfaction}
    if text_rng.random() < COMMENTED:
        rating["comment"] = comments.survey("csat", ticket.satisfaction, "", "", text_rng)
    return {"satisfaction": rating}
