"""The application: one Django project with our own tables, the actions that write and the queries that read."""
