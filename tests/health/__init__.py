"""This room tests what a card is made of, without files, databases or engines: all of it in under three seconds."""
