"""This room explains scores as data, and in prose/ as sentences."""
