"""This room turns a definition into queries for an engine, and what they bring into values, points and scores."""

# The engine is asked only for what it is good at: filters and sums by account, as Ibis expressions. What a number
# means, zero or missing, points, weights, is decided here in NumPy, once for every engine.
