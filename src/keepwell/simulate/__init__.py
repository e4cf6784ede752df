"""This room simulates a believable software company and its accounts, for a demo that nobody's data had to be given for."""
