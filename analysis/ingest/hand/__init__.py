"""Tables kept by hand: what they say of each other is checked, nothing is read from a release."""
