"""This room holds the tests of the desk: actions and queries, one test for each exit, on both databases."""
