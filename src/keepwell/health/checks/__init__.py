"""This room checks a card: what it says, what it can reach at all, and how it fits the workspace's data."""
