"""This room holds customer data: the tables of facts, how files become them, and the segments in which they are kept."""
