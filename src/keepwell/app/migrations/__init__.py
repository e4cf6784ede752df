"""This room holds the steps by which the desk database grows."""
