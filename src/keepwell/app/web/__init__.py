"""This room serves the pages: each file reads a request, makes one call to the application, and shows what it answers."""
