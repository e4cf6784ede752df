"""This room holds the commands, one per file; main.py lists them."""
