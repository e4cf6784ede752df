"""This room says what a definition means: frozen objects without any engine."""
