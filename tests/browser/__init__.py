"""This room holds what a real browser tries on pages that a real server serves."""
