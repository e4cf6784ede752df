"""This room turns a definition into Ibis expressions: facts to values, and values to scores."""
