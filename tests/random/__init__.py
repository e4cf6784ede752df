"""This room makes cards and facts that nobody thought of, and holds the engines to one another."""
