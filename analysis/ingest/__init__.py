"""Official release to tidy table: the only writer of `data/`."""
