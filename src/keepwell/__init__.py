"""Keepwell: customer health that says why, how sure it is, and whether it was right."""
