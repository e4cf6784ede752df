"""This room holds the judge's statistics against second implementations, published examples and simulated companies."""
