"""This room holds the nouns: reads that answer with frozen rows."""

from keepwell.desk import databases

databases.set_up()
