"""This room tests the simulated company: it is the same for the same seed, believable, and its faults are those planted."""
