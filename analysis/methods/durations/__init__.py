"""Time to an end, some of it unseen."""
