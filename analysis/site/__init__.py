"""A chapter is run, kept, judged fresh or stale, printed, shown: the only room that executes a notebook."""
