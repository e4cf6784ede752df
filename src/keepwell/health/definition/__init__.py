"""This room holds what a definition is made of: frozen objects, without any engine."""
