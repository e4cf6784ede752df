"""This room measures cost as a ratio in one run: Keepwell against the plainest alternative."""
