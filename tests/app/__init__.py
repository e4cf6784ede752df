"""This room holds the tests of actions and queries, one test for each exit, on SQLite and on PostgreSQL."""
