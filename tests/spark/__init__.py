"""This package holds the book's pages against Spark; it takes minutes, and runs with `just random`."""
