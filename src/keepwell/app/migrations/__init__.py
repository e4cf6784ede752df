"""This room holds the steps by which the app database grows."""
