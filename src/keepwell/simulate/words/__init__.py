"""This room writes the simulated texts: names, notes, comments, ticket subjects, headlines."""
