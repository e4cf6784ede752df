"""This room holds the tests of the house itself: its arrows, the shape of its files, its words and its pages."""
