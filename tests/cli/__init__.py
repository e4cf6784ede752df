"""This room holds the tests of the command line."""
