"""This room reads charts back as XML and measures them: where points lie, what is said, and that all of it stays inside."""
