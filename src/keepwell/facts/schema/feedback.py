"""This file declares the tables of surveys, meetings, outcomes, milestones, signals and readings."""

from keepwell.facts.schema.column import account_id, at, identity
from keepwell.facts.schema.people import THE_ACCOUNT, person
from keepwell.health.definition.table import Column, Table

SURVEYS = Table(
    name="surveys",
    meaning="A person who was surveyed, and their answer.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("respondent")),
    columns=(
        identity("answer"),
        account_id(),
        at("when it was answered; until then, when it was sent"),
        Column("kind", "text", "which survey", required=True, example="nps", choices=("nps", "csat", "ces", "other"),
               known_as=("survey", "survey_type", "type")),
        Column("score", "quantity", "the answer, on the survey's own scale; empty until they answer", example="9", known_as=("rating", "value", "answer")),
        Column("worst", "quantity", "the worst answer on the scale", example="0", known_as=("scale_min",)),
        Column("best", "quantity", "the best answer on the scale; lower than worst where low is good", example="10", known_as=("scale_max",)),
        Column("is_relationship", "flag", "a relationship survey, not a transactional one", example="yes"),
        Column("respondent", "text", "who answered", person=True, example="mia@harbour.example",
               known_as=("respondent_id", "contact_id", "email", "user_id")),
        Column("role", "text", "their role", example="decision maker", known_as=("respondent_role", "title")),
        Column("comment", "text", "what they wrote", personal=True, example="Love it", known_as=("comments", "feedback", "verbatim")),
    ),
)  # fmt: skip

MEETINGS = Table(
    name="meetings",
    meaning="A meeting with the account: planned, held or cancelled, who attended, which actions were agreed and done.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("meeting"),
        account_id(),
        at("its scheduled start"),
        Column("kind", "text", "the kind of meeting", example="cadence call", known_as=("type", "meeting_type", "subject")),
        Column("status", "text", "its status", required=True, example="held",
               choices=("planned", "held", "cancelled", "no-show"), known_as=("state", "outcome"), good=("held",), bad=("cancelled", "no-show")),
        Column("executive_present", "flag", "one of their executives attended", example="no", known_as=("exec_present",), more="good"),
        Column("attendees", "quantity", "how many of their people attended", unit="people", example="3", more="good"),
        Column("actions_due", "quantity", "actions the account took on", example="2", known_as=("actions",)),
        Column("actions_done", "quantity", "how many of these were done on time", example="1", known_as=("actions_completed",), more="good"),
    ),
)  # fmt: skip

OUTCOMES = Table(
    name="outcomes",
    meaning="Progress of an outcome that the customer wants, as of a date.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("reading"),
        account_id(),
        at("when it was measured"),
        Column("outcome", "text", "which outcome", required=True, example="close the books faster", known_as=("goal", "objective", "name")),
        Column("value", "quantity", "the current value", example="6", known_as=("actual", "current")),
        Column("baseline", "quantity", "the value at the start", example="10"),
        Column("target", "quantity", "the value to reach", example="4", known_as=("goal_value",)),
        Column("baseline_on", "date", "the date of the baseline", example="2026-01-15", known_as=("baseline_date",)),
        Column("due_on", "date", "when it is due", example="2026-12-31", known_as=("target_date", "due_date")),
        Column("progress", "quantity", "how much of it is achieved", unit="%", example="66.7", known_as=("percent_complete",), more="good"),
        Column("is_confirmed", "flag", "confirmed by the customer", example="yes", known_as=("confirmed",), more="good"),
        Column("rank", "quantity", "its priority, as the customer ranks it", example="1", known_as=("priority",)),
    ),
)  # fmt: skip

MILESTONES = Table(
    name="milestones",
    meaning="A step on the way to go-live or first value.",
    time="event",
    dated_by=("planned_on", "due_on"),
    references=(THE_ACCOUNT,),
    columns=(
        identity("milestone"),
        account_id(),
        Column("milestone", "text", "the step", required=True, example="first import", known_as=("name", "step", "task")),
        Column("planned_on", "date", "when it was planned", example="2026-02-01", known_as=("created_on", "created_at")),
        Column("due_on", "date", "when it is due", example="2026-03-01", known_as=("due_date", "target_date")),
        Column("reached_on", "date", "when it was reached", happens=True, example="2026-02-20", known_as=("completed_on", "done_on", "completed_at"), empty="bad"),
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
        at("when it became known"),
        Column("kind", "text", "what the news is about", required=True, example="layoffs",
               choices=("headcount", "funding", "layoffs", "acquisition", "credit", "site closure", "payment", "leadership", "other"),
               known_as=("type", "signal")),
        Column("direction", "text", "good or bad news for them", required=True, example="bad", choices=("good", "bad", "neutral"),
               known_as=("sentiment", "polarity"), good=("good",), bad=("bad",)),
        Column("value", "quantity", "a number, if there is one", example="-12"),
        Column("source", "text", "where it came from", example="press"),
    ),
)  # fmt: skip

READINGS = Table(
    name="readings",
    meaning="Any metric from anywhere: a name and a number.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("reading"),
        account_id(),
        at("when it was measured"),
        Column("name", "text", "the metric", required=True, example="storage_gb", known_as=("metric", "measure", "key")),
        Column("value", "quantity", "the number", required=True, example="81.5", known_as=("reading", "amount")),
    ),
)  # fmt: skip
