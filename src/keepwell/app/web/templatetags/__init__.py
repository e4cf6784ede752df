"""This room holds what templates can call besides Django's own."""
