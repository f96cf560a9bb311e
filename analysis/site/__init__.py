"""A chapter is run, kept, judged fresh or stale, printed, shown."""
