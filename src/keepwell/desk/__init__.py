"""The desk: one Django project that keeps the records, carries out the verbs and answers the questions."""
