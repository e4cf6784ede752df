"""This room turns a definition into queries for an engine, and what they bring back into values."""

# The engine is asked only for what it is good at: filters and sums by account, as Ibis expressions.
# Whether a number is a zero or missing is decided here in NumPy, once for every engine; points and
# scores are made of it in `health.scoring`.
