"""This room is the engine: what health means, computed and explained, without Django, clock, network or settings."""
