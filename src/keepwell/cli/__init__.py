"""This room is the interface for people at a terminal: it parses what they typed, makes one call, and prints the answer."""
