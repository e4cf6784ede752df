"""This room makes documents: what a page of the web and a file of its own show alike, from one source."""
