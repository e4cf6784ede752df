"""This room tries the shelves of facts on files written for each rule."""
