"""This room runs definitions: one plain oracle, and engines that must agree with it."""
