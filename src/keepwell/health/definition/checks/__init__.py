"""This room checks a card as a whole, one idea per file."""
