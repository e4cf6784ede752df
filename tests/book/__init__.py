"""This room holds the pages of the book, and runs each on every engine."""
