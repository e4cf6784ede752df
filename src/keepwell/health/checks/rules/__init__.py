"""This room holds what a check advises, one idea per file; check.py calls each."""
