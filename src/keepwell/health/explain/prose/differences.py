"""This file says what differs between two cards."""

from __future__ import annotations

from keepwell.health.explain.card_difference import Difference, Given, Place
from keepwell.health.explain.prose import fields
from keepwell.health.explain.prose.numbers import percent

WHOLE = "the whole card"
TREE = ("group", "measure")


def difference(difference: Difference) -> str:
    """Say one difference in one sentence."""
    match difference.kind:
        case "added" | "removed":
            text = _came_or_went(difference)
        case "moved":
            text = _moved(difference)
        case "changed":
            text = _changed(difference)
    return f"{text}."


def _came_or_went(found: Difference) -> str:
    verb = found.kind.capitalize()
    nth = f", number {found.position[0]} of {found.position[1]}" if found.position else ""
    link = "to" if found.kind == "added" else "from"
    if found.what == "rule":
        written = found.details[0].value
        assert isinstance(written, dict), "a rule is a mapping"
        because = f" ({written.get('because')})"
        return f"{verb} a rule {link} {found.label or WHOLE}{nth}: {fields.rule(written)}{because}"
    place = found.is_at or found.was_at
    if place:
        text = f"{verb} {found.what} {found.label} {link} {place.group or WHOLE} ({_weight(place)})"
        own = {each.field: each.value for each in found.details}
        if found.what == "measure" and own:
            return f"{text}: {fields.measured(own, found.details[0].is_percent)}"
        return f"{text}, combined by {own['combine']}" if "combine" in own else text
    details = "; ".join(_detail(each) for each in found.details)
    return f"{verb} {found.what} {found.label}{nth}" + (f" ({details})" if details else "")


def _moved(found: Difference) -> str:
    if found.was_at and found.is_at:
        places = f"from {found.was_at.group or WHOLE} to {found.is_at.group or WHOLE}"
        return f"Moved {found.what} {found.label} {places}"
    assert found.after, "another order has its order"
    order = found.after.value
    assert isinstance(order, tuple), "an order is a list"
    if found.field == "rules":
        listed = "; ".join(fields.rule(each) for each in order)
        return f"{_subject(found)}: rules now apply in the order {listed}"
    return f"{_subject(found)}: order is now {', '.join(order)}"


def _changed(found: Difference) -> str:
    if not found.field or not found.before or not found.after:
        return "The cards differ in a way that no card can express"
    name = fields.field(found.field)
    if found.after.of:
        name = f"{name} of {found.after.of}"
    was, is_now = _value(found.before), _value(found.after)
    if was == is_now:
        return f"{_subject(found)}: {name} differs in spacing only"
    text = f"{_subject(found)}: {name} is now {is_now}, was {was}"
    if found.was_at and found.is_at:
        shares = percent(found.is_at.share), percent(found.was_at.share)
        text += " ({} of the score, was {})".format(*shares)
    return text


def _subject(found: Difference) -> str:
    """Name what differs, at the beginning of a sentence."""
    if found.what == "card":
        return "Card"
    if found.what == "rule":
        written = found.details[0].value
        assert isinstance(written, dict), "a rule is a mapping"
        return f"{fields.capital(found.label or WHOLE)}, rule {fields.rule(written)}"
    if found.what in (*TREE, "rules"):
        return fields.capital(found.label or WHOLE)
    return fields.capital(f"{found.what} {found.label}".strip())


def _value(given: Given) -> str:
    if given.of and given.value is None:
        return "as on the card"
    return fields.value(given.field, given.value, given.is_percent)


def _detail(given: Given) -> str:
    name = fields.field(given.field)
    return f"{name} of {given.of} {_value(given)}" if given.of else f"{name} {_value(given)}"


def _weight(place: Place) -> str:
    return f"weight {place.weight}, {percent(place.share)} of the score"
