"""What the support cost, how sure that is, and what it went with."""
