"""This room finds what a card can do at all, whatever the facts are: the values, points and conditions that rules of advice ask about."""
