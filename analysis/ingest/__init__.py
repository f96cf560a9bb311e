"""Official releases made into the tidy tables of `data/`; this room is the only one that writes them."""
