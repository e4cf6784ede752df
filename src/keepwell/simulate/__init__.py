"""This room simulates a software company over three years: its exports, and the ground truth."""
