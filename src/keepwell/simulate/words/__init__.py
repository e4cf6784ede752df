"""This room holds the words of the simulated company: names, notes, comments, subjects and news, drawn by dice."""
