"""This room turns values into points and scores: the second of the two stages, which needs no facts
and no engine."""
