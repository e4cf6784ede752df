"""This room tests how a table of customers is judged: points, weights, folds, figures and verdicts."""
