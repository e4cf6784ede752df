"""This room is the JSON API: programs with a token ask, and get the shapes of representations; it knows no page and no cookie."""
