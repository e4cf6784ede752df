"""This file declares the table of surveys and their answers."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.contacts import person
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

SURVEYS = Table(
    name="surveys",
    meaning="A person who was surveyed, and their answer.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("respondent")),
    expires=True,
    columns=(
        identity("answer"),
        account_id(),
        at("when it was answered; until then, when it was sent"),
        Column("kind", "text", "which survey", required=True, example="nps", choices=("nps", "csat", "ces", "other"),
               known_as=("survey", "survey_type", "type")),
        Column("score", "quantity", "the answer, on the survey's own scale; empty until they answer", example="9", empty_means="not answered yet", known_as=("rating", "value", "answer")),
        Column("worst", "quantity", "the worst answer on the scale", example="0", known_as=("scale_min",)),
        Column("best", "quantity", "the best answer on the scale; lower than worst where low is good", example="10", known_as=("scale_max",)),
        Column("is_relationship", "flag", "a relationship survey, not a transactional one", example="yes"),
        Column("respondent", "text", "who answered", person=True, example="mia@harbour.example",
               known_as=("respondent_id", "contact_id", "email", "user_id")),
        Column("role", "text", "their role", example="decision maker", known_as=("respondent_role", "title")),
        Column("comment", "text", "what they wrote", personal=True, example="Love it", known_as=("comments", "feedback", "verbatim")),
    ),
)  # fmt: skip
