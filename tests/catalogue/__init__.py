"""This room holds metrics of the catalogue with their numbers worked by hand, on every engine."""
