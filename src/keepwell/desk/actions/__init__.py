"""This room holds the verbs: whatever changes a record or lands a fact, each with `by` and `at`."""

from keepwell.desk import databases

databases.set_up()
