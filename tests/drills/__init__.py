"""This room holds the drills: crashes, damage and bad input, each with broken versions of the house that it must catch."""
