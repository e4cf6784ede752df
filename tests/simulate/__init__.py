"""This room tests the simulation: the same for a seed, believable, with known faults only."""
