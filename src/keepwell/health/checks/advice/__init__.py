"""This room holds what a check advises beside errors, one idea per file; check.py asks each."""
