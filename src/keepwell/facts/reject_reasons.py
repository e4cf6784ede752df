"""This file names the reasons for which a row is rejected, each with what it means."""

from __future__ import annotations

# docs/mapping.md explains them to people.
REASONS = {
    "missing_required": "a required field is empty",
    "not_a_date": "not a date or moment in the expected format",
    "not_a_number": "not a number",
    "other_currency": "an amount with the sign of another currency than its row's",
    "too_large": "a number with more than 12 digits before the decimal point",
    "out_of_range": "a number that the field cannot have",
    "too_long": "a text that is longer than the field can hold",
    "not_text": "a character that cannot be stored, such as NUL",
    "not_a_flag": "neither yes nor no",
    "unknown_choice": "not one of the field's choices",
    "unknown_value": "not listed in `values`, and `otherwise` is `reject`",
    "nothing_taken": "`take` finds nothing in the text",
    "no_match": "no row in the lookup file matches",
    "ambiguous_match": "several rows in the lookup file match, and disagree",
    "unknown_account": "the account is unknown",
    "no_rate": "no exchange rate for the currency on that day",
    "ragged": "too few or too many cells in the line, or a broken quote",
    "not_json": "not a JSON object",
    "conflicting_id": "an earlier row of the same import has the same ID and other values",
}
