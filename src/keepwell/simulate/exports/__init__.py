"""This room writes the company's exports, as messy as real systems write them."""
