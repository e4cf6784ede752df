"""This room holds the nouns: reads that answer with frozen rows."""
