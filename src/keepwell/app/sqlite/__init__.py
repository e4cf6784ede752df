"""This room is Django's backend for SQLite with one addition: a broken file says that it is broken."""
