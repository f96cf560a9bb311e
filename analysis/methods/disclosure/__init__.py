"""Disclosure control: small counts, small groups, words that identify."""
