"""This room holds the desk's own tables, one file per noun."""
