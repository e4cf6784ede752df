"""This file declares the tables about what was said and agreed: surveys, meetings, outcomes, milestones, signals, readings."""

from keepwell.facts.schema.column import account_id, at, identity
from keepwell.facts.schema.people import THE_ACCOUNT, person
from keepwell.health.definition.table import Column, Table

SURVEYS = Table(
    name="surveys",
    meaning="One person who was asked in a survey, and what they answered.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("respondent")),
    columns=(
        identity("answer"),
        account_id(),
        at("when it was answered, or asked while there is no answer"),
        Column("kind", "text", "which survey", required=True, example="nps", choices=("nps", "csat", "ces", "other"),
               known_as=("survey", "survey_type", "type")),
        Column("score", "quantity", "the answer on the survey's own scale; empty while they have not answered", example="9", known_as=("rating", "value", "answer")),
        Column("worst", "quantity", "the scale's worst answer", example="0", known_as=("scale_min",)),
        Column("best", "quantity", "the scale's best answer; below worst where low is good", example="10", known_as=("scale_max",)),
        Column("is_relationship", "flag", "about the whole relationship, not one transaction", example="yes"),
        Column("respondent", "text", "who answered", person=True, example="mia@harbour.example",
               known_as=("respondent_id", "contact_id", "email", "user_id")),
        Column("role", "text", "the part they play", example="decision maker", known_as=("respondent_role", "title")),
        Column("comment", "text", "what they wrote", personal=True, example="Love it", known_as=("comments", "feedback", "verbatim")),
    ),
)  # fmt: skip

MEETINGS = Table(
    name="meetings",
    meaning="A meeting with the account: planned or held, who came, what was agreed and done.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("meeting"),
        account_id(),
        at("when it was to begin"),
        Column("kind", "text", "which sort", example="cadence call", known_as=("type", "meeting_type", "subject")),
        Column("status", "text", "what became of it", required=True, example="held",
               choices=("planned", "held", "cancelled", "no-show"), known_as=("state", "outcome"), good=("held",), bad=("cancelled", "no-show")),
        Column("executive_present", "flag", "an executive of theirs was there", example="no", known_as=("exec_present",), more="good"),
        Column("attendees", "quantity", "how many of theirs came", unit="people", example="3", more="good"),
        Column("actions_due", "quantity", "actions that they took on", example="2", known_as=("actions",)),
        Column("actions_done", "quantity", "of those, done by their date", example="1", known_as=("actions_completed",), more="good"),
    ),
)  # fmt: skip

OUTCOMES = Table(
    name="outcomes",
    meaning="A dated reading of an outcome that the customer wants.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("reading"),
        account_id(),
        at("when it was read"),
        Column("outcome", "text", "which outcome", required=True, example="close the books faster", known_as=("goal", "objective", "name")),
        Column("value", "quantity", "where it stands", example="6", known_as=("actual", "current")),
        Column("baseline", "quantity", "where it stood at the start", example="10"),
        Column("target", "quantity", "where it should be", example="4", known_as=("goal_value",)),
        Column("baseline_on", "date", "the day of the baseline", example="2026-01-15", known_as=("baseline_date",)),
        Column("due_on", "date", "by when", example="2026-12-31", known_as=("target_date", "due_date")),
        Column("progress", "quantity", "how much of the way is done", unit="%", example="66.7", known_as=("percent_complete",), more="good"),
        Column("is_confirmed", "flag", "the customer has confirmed it", example="yes", known_as=("confirmed",), more="good"),
        Column("rank", "quantity", "the customer's own order of importance", example="1", known_as=("priority",)),
    ),
)  # fmt: skip

MILESTONES = Table(
    name="milestones",
    meaning="A step on the way to going live or to value.",
    time="event",
    dated_by=("planned_on", "due_on"),
    references=(THE_ACCOUNT,),
    columns=(
        identity("milestone"),
        account_id(),
        Column("milestone", "text", "which step", required=True, example="first import", known_as=("name", "step", "task")),
        Column("planned_on", "date", "the day on which it was planned", example="2026-02-01", known_as=("created_on", "created_at")),
        Column("due_on", "date", "by when", example="2026-03-01", known_as=("due_date", "target_date")),
        Column("reached_on", "date", "the day on which it was reached", happens=True, example="2026-02-20", known_as=("completed_on", "done_on", "completed_at"), empty="bad"),
    ),
)  # fmt: skip

SIGNALS = Table(
    name="signals",
    meaning="News about the customer's own business.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("signal"),
        account_id(),
        at("when it was known"),
        Column("kind", "text", "what about", required=True, example="layoffs",
               choices=("headcount", "funding", "layoffs", "acquisition", "credit", "site closure", "payment", "leadership", "other"),
               known_as=("type", "signal")),
        Column("direction", "text", "good or bad for them", required=True, example="bad", choices=("good", "bad", "neutral"),
               known_as=("sentiment", "polarity"), good=("good",), bad=("bad",)),
        Column("value", "quantity", "how much, where it is a number", example="-12"),
        Column("source", "text", "where it was seen", example="press"),
    ),
)  # fmt: skip

READINGS = Table(
    name="readings",
    meaning="Any number from anywhere, with a name.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("reading"),
        account_id(),
        at("when it was read"),
        Column("name", "text", "what was read", required=True, example="storage_gb", known_as=("metric", "measure", "key")),
        Column("value", "quantity", "the number", required=True, example="81.5", known_as=("reading", "amount")),
    ),
)  # fmt: skip
