"""This room tests the simulated company: the same for a seed, believable, with the faults that were planted and no others."""
