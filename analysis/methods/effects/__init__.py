"""Effects of entering and leaving, and what could be mistaken for them."""
