"""This room tests the simulated company: that it is the same by the same dice, and that it can be believed."""
