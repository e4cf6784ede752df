"""This room holds customer data: the tables of facts, how export files fill them, and the data files that store them."""
