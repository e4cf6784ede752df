"""This room says why: the tree behind a score, and the sentence that sums it up."""
